"""The band of time warping as it is given on a command line."""

from loopfind.cli.times import seconds
from loopfind.errors import BadSetting
from loopfind.settings import CompareSettings


def band_of(text: str | None, align: str) -> tuple[float, float | None]:
    """The band as a share, and in seconds where it is given so; the default for None.

    Raises BadSetting for what is neither, and where there is no time warping to hold in.
    """
    if text is None:
        return CompareSettings.band, None
    if align != "dtw":
        raise BadSetting("--band", text, "it belongs to time warping; add --align dtw")
    if not text.strip().endswith("%"):
        wanted = seconds("--band", text)
        if wanted <= 0:
            raise BadSetting("--band", text, "give seconds above 0, or a share of the shorter file such as 15%")
        return CompareSettings.band, wanted
    try:
        share = float(text.strip()[:-1]) / 100
    except ValueError:
        share = 0.0
    if not 0 < share <= 0.5:
        raise BadSetting("--band", text, "a share is above 0% and at most 50%")
    return share, None
