"""Repeats in a file that grows: found as its frames come in."""
