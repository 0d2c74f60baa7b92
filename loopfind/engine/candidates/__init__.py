"""Candidates: lines in the time-against-time plane that may be repeats.

Codes that are near each other give matches (`lsh`, or the index of a `library`), matches vote for lines (`votes`), and
lines whose codes agree no better along them than beside them are left out (`sieve`). `plan` asks for one kind of copy
after another.
"""
