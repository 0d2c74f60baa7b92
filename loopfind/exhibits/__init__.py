"""Which moments to show of what was found, and the curves beside them."""
