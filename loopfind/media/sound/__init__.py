"""From a file to the samples of its sound."""
