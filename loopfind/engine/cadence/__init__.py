"""Cadence: patterns in which frames are shown twice, mixed of two, or left out."""
