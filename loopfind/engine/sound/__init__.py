"""From the samples of a sound to what repeats in it."""
