"""From a fingerprint to what repeats in it."""
