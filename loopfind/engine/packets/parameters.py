"""Tuned numbers of the search for copied packets."""

PACKET_WORD = 8
"""Packets that must be equal in a row before a lag is followed. Held by `benchmarks/packets.py`."""

LEAST_TELLING_PACKETS = 12
"""Packets of a copied stretch that must say that something moved, for it to be claimed. Held by
`tests/test_packets.py`."""

SHORTEST_COPY = 0.5
"""Seconds that a copied stretch must last to be claimed. Held by `tests/test_packets.py`."""

TELLING_BITS = 0.005
"""Bits a pixel above which a packet that needs others says that something moved: of a picture that stands still, a
codec writes a bit for each block of 16 x 16 pixels at most. By definition of the macroblock."""

MOST_LAGS = 20_000
"""Places and lags that are followed at most, those that most words share first. Held by `benchmarks/packets.py`."""

COPY_CONFIDENCE = 0.9999
"""Confidence of a copy that packets prove: equal bytes are one recording, but for a mistake of the container. By
definition of equal packets."""
