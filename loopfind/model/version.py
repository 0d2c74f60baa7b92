"""The version of loopfind."""


def version() -> str:
    """Return the version that is installed, such as "0.1.0"; "0+unknown" for sources that were never installed."""
    from importlib.metadata import PackageNotFoundError, version  # slow to import, and seldom asked for

    try:
        return version("loopfind")
    except PackageNotFoundError:
        return "0+unknown"
