"""The API, version 1: one module for each sort of thing that is asked for."""
