"""Which loopfind this is."""


def version() -> str:
    """The version that is installed, such as "0.1.0"; "0+unknown" when run from sources that were never installed."""
    from importlib.metadata import PackageNotFoundError, version  # slow to import, and seldom asked for

    try:
        return version("loopfind")
    except PackageNotFoundError:
        return "0+unknown"
