"""Hash sizes: what each would find, and which to take."""
