"""The video on a web page, fetched by yt-dlp (the extra `url`) into a temporary folder."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from loopfind.errors import MediaError, Unreadable
from loopfind.media.endings import is_media_name
from loopfind.media.ffmpeg.process import executable
from loopfind.model.video import Progress, Watch

WANTED_FORMATS = "bestvideo[height<=480]+bestaudio/best[height<=480]/bestvideo+bestaudio/best"
"""The formats that are asked for, in yt-dlp's language: a scan looks at small pictures, so a small file will do."""


@dataclass(frozen=True)
class FetchedVideo:
    """A video that lies on disk for a while. path: where. page: address of the page that it is watched at."""

    path: str
    page: str


def may_be_page(video: str) -> bool:
    """Return whether a video is named by a web address that does not look like that of a file."""
    try:
        parts = urlsplit(video)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and not is_media_name(parts.path)


@contextmanager
def fetched_video(page: str, cause: MediaError, watch: Watch | None = None) -> Iterator[FetchedVideo]:
    """Fetch the video of a page for the body of a `with` statement.

    cause: the error that ffmpeg had with the address, raised where there is no page of a video either. Raises
    Unreadable for a page that yt-dlp cannot read, and where yt-dlp is missing.
    """
    try:
        import yt_dlp
    except ImportError:
        hint = "if it is the page of a video, install what reads that: pip install 'loopfind[url]'"
        raise Unreadable(page, f"{cause.what}; {hint}") from None
    with tempfile.TemporaryDirectory(prefix="loopfind-") as folder:
        options = {
            "format": WANTED_FORMATS,
            "paths": {"home": folder},
            "outtmpl": {"default": "video.%(ext)s"},
            "ffmpeg_location": executable(),
            "noplaylist": True,
            "quiet": True,
            "noprogress": True,
            "logger": _Silent(),
            "progress_hooks": [] if watch is None else [_hook(watch)],
            "match_filter": _refuse_live,
        }
        try:
            with yt_dlp.YoutubeDL(options) as loader:
                found = loader.extract_info(page, download=True)
        except yt_dlp.utils.DownloadError as error:
            said = str(error).removeprefix("ERROR: ").partition("\n")[0].strip()
            if "Unsupported URL" in said:
                raise cause from None
            raise Unreadable(page, f"yt-dlp cannot fetch the video of this page: {said}") from None
        yield FetchedVideo(_path_in(found, page, folder), str(found.get("webpage_url") or page))


def _refuse_live(found: dict[str, Any], *, incomplete: bool = False) -> str | None:  # noqa: ARG001 - yt-dlp gives it
    """Return why a video is not fetched, None where it is."""
    return "it is live, and would be fetched without end" if found.get("is_live") else None


def _path_in(found: dict[str, Any] | None, page: str, folder: str) -> str:
    """Return where the video was put. Raises Unreadable where none was."""
    if found is not None and found.get("is_live"):
        raise Unreadable(page, "it is live: follow its stream instead, `yt-dlp -g` names that")
    if found is None or "entries" in found:
        raise Unreadable(page, "it is a list of videos: name one of them")
    loaded = found.get("requested_downloads") or []
    path = str(loaded[0].get("filepath", "")) if loaded else ""
    if not os.path.isfile(path) or not os.path.realpath(path).startswith(os.path.realpath(folder)):
        raise Unreadable(page, "yt-dlp fetched no video from this page")
    return path


def _hook(watch: Watch) -> Any:
    """Return what yt-dlp calls while it loads."""

    def loaded(state: dict[str, Any]) -> None:
        total = state.get("total_bytes") or state.get("total_bytes_estimate")
        done = state.get("downloaded_bytes") or 0
        watch(Progress("fetching", 0, 0.0, None, share=min(1.0, done / total) if total else None))

    return loaded


class _Silent:
    """Takes what yt-dlp says and says nothing: an error is raised as well."""

    def debug(self, _said: str) -> None: ...

    def info(self, _said: str) -> None: ...

    def warning(self, _said: str) -> None: ...

    def error(self, _said: str) -> None: ...
