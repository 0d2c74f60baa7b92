"""Exhibits: the frames to show of a finding, and the curves beside them."""
