"""The presets of a scan: what each sets, and why."""

PRESETS: dict[str, dict[str, str | int | bool]] = {
    # The hash: of a fixed camera most frames look alike at the default one, so that its equal frames are those of the
    # still view. 26 hours: the same hour of the day before lies 24 back, at the very edge of the default. A camera that
    # restarts is away for longer than the default of two minutes.
    "surveillance": {"kind": "dhash", "hash-size": 32, "stall": 600, "window": "26h"},
    # A loop shows itself by the time its second turn begins, so that hours are enough. An encoder that restarts is away
    # for longer than the default.
    "stream": {"stall": 600, "window": "6h"},
    # A day takes long to decode, and is asked again: for its spots, after a review, for a page. Hours as above.
    "broadcast": {"cache": True, "window": "26h"},
    # Flat colours: at the default size the noise of the codec parts frames that are equal.
    "animation": {"hash-size": 16},
}
"""Name -> the options that it sets. docs/configuration.md has what was measured."""
