"""Errors that a person can act on, made from ffmpeg's exit status and messages."""

import errno
import os
import re
import signal
from collections.abc import Sequence

from loopfind.errors import (
    Broken,
    DecoderFailed,
    FellSilent,
    MediaError,
    NoStream,
    NotVideo,
    SoundOnly,
    StillStream,
    Unreadable,
    exhausted,
)
from loopfind.media.encryption import is_encrypted
from loopfind.media.ffmpeg.address import Address, head_of, is_text
from loopfind.media.ffmpeg.allowlist import MOST_PIXELS
from loopfind.media.ffmpeg.header import Header
from loopfind.media.ffmpeg.log import BREAKS_OFF, Trouble

_CRASHES = range(0xC0000000, 0xD0000000)
"""Exit statuses that Windows has where others have signals."""
_SIGNALLED = re.compile(r"received signal (\d+)")
_LEVEL = re.compile(r"\[(?:error|fatal)\] (.+)")
_NO_TOOL = re.compile(r"(?:Cannot allocate memory|Resource temporarily unavailable|No space left)")
_OLD_TOOL = re.compile(r"Unrecognized option '|Invalid time base: demux|Invalid encoder time base")
_NOT_THERE = (
    (r"No such file", "no such file: check the name"),
    (r"Permission denied", "no permission to read it: change the permissions or the user"),
    (r"Is a directory", "a folder, not a video: give a file in it"),
    (r"Protocol not found", "ffmpeg knows no such kind of address: check what stands before ://"),
    (r"Connection refused", "the server refuses the connection: check the address"),
    (r"resolve hostname", "no such host: check the address and the network"),
    (r"Server returned (\d.+)|HTTP error (\d.+)", "the server does not hand it out: check the address"),
    (r"timed out|unreachable", "the server does not answer: check the address and the network"),
    (r"Input/output error|I/O error", "the source cannot be read: check the address or the disk"),
)
_TEXT_FORMATS = {"tty", "srt", "ass", "webvtt", "microdvd", "subviewer", "lrc", "sami", "ffmetadata"}
_PICTURE_FORMATS = {"gif", "apng", "webp_anim"}
_PICTURE_BRANDS = {b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1"}
_LISTS = {"hls", "concat", "dash"}
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
_TOLD_ENCRYPTED = re.compile(r"\[(?:warning|error)\] DRM protected stream")
_HARDWARE = re.compile(r"Supported hwaccels: (.+)")
_REASON = re.compile(r"Error opening input: (.+)")


def was_killed(status: int, said: Sequence[str]) -> str:
    """Return the name of the signal that ended ffmpeg, "" if none did."""
    if status in _CRASHES:
        return f"error {status:#X}"
    number = -status
    if status > 0 and (found := next(filter(None, map(_SIGNALLED.search, said[-20:])), None)):
        number = int(found[1])
    if number <= 0:
        return ""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def killed(shown: str, name: str, position: float) -> DecoderFailed:
    """Return the error for an ffmpeg that a signal ended when the reader stood at `position` seconds."""
    return DecoderFailed(
        shown, f"ffmpeg was ended by {name} at {position:.2f} s of the video: check the memory and run it again"
    )


def stalled(shown: str, seconds: float, position: float) -> FellSilent:
    """Return the error for so many seconds without a byte, when the reader stood at `position` seconds."""
    where = f" at {position:.2f} s of the video" if position > 0 else ""
    what = f"nothing came for {seconds:g} s{where}: check the disk or the network, or wait longer (--stall SECONDS)"
    return FellSilent(shown, what)


def connection_cut(address: Address, text: str) -> Unreadable | None:
    """Return the error for a connection that was cut while an ffmpeg that said `text` read it; None where none was."""
    if not address.is_remote or not BREAKS_OFF.search(text):
        return None
    what = (
        "the connection was cut, or fell silent: check the network and run it again, or wait longer (--stall SECONDS)"
    )
    return Unreadable(address.shown, what)


def disk_full(status: int, text: str) -> str:
    """Return why an ffmpeg that ended with `status` and said `text` could write no more, "" where that was not it."""
    if was_killed(status, ()) == "SIGXFSZ":
        return exhausted(OSError(errno.EFBIG, ""))
    return next((exhausted(OSError(code, "")) for code in _FULL if status and os.strerror(code) in text), "")


def not_a_video(address: Address, header: Header) -> NotVideo | None:
    """Return the error for an input that ffmpeg decodes although it is no video; None for a video."""
    if header.container in _TEXT_FORMATS:
        return NotVideo(address.shown, "a text file, not a video: give a video file")
    return None


def is_one_picture(address: Address, header: Header) -> bool:
    """Say whether an input of one frame is a picture by its format, and no video."""
    if header.is_picture or header.container in _PICTURE_FORMATS:
        return True
    head = head_of(address.local, 12)
    return head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS


def still_stream(address: Address, stream: int) -> StillStream:
    """Return the error for a video stream that holds one picture, with others behind it."""
    what = f"video stream {stream} holds a single picture: read another one (--stream {stream + 1})"
    return StillStream(address.shown, what, stream + 1)


def still_picture(address: Address) -> NotVideo:
    """Return the error for a file that holds one picture."""
    return NotVideo(
        address.shown, "a single picture, not a video: give a video, or pictures as a sequence (name%03d.png)"
    )


def encrypted(address: Address, said: Sequence[str] = ()) -> Broken | None:
    """Return the error for an input whose pictures are encrypted; None for any other."""
    if is_encrypted(address.local) or any(_TOLD_ENCRYPTED.search(line) for line in said):
        return Broken(address.shown, "its pictures are encrypted: give a copy that was decrypted")
    return None


def without_frames(
    address: Address, header: Header, stream: int, status: int, said: Sequence[str], troubles: Sequence[Trouble]
) -> MediaError | None:
    """Return the error for an input that gave no frame; None for a video that holds none."""
    text = "\n".join(line for line in said if not line.startswith("[info]"))
    shown = address.shown
    if name := was_killed(status, said):
        return killed(shown, name, 0.0)
    if _OLD_TOOL.search(text):
        return DecoderFailed("", "this ffmpeg is too old: use version 6.1 or newer, or unset IMAGEIO_FFMPEG_EXE")
    if _NO_TOOL.search(text):
        return DecoderFailed(shown, f"ffmpeg ran out of resources ({_last_words(said)}): free some and run it again")
    if "exceeds specified max pixel count" in text:
        return _too_large(shown)
    if not header.container:
        return _unopened(address, text, said)
    if refused := not_a_video(address, header) or encrypted(address, said):
        return refused
    if not header.streams and header.container not in _LISTS:
        # What recorders write when they are stopped at once: a container with nothing in it.
        return None
    if header.mapped is None:
        return _unmapped(address, header, stream, text, said)
    if address.is_piped and "partial file" in text:
        return _index_behind(address)
    if address.local is None and "partial file" in text:
        return Broken(shown, "it cannot be read from this address without seeking: download it and give the file")
    if troubles:
        return Broken(
            shown, "not one picture of its video stream can be decoded: the file is damaged; get another copy"
        )
    return None


def without_hardware(
    address: Address, name: str, header: Header, status: int, said: Sequence[str]
) -> DecoderFailed | None:
    """Return the error for an input of which a hardware decoder gave no frame; None for a video that holds none."""
    if status == 0 and header.mapped is not None:
        return None
    known = next((found[1] for line in said if (found := _HARDWARE.search(line))), "")
    if known:
        takes = (
            f"ffmpeg knows no hardware decoder {name!r}: name one of {', '.join(known.split())}, or leave --hwaccel out"
        )
        return DecoderFailed(address.shown, takes)
    why = f"ended by {signalled}" if (signalled := was_killed(status, said)) else _last_words(said)
    return DecoderFailed(address.shown, f"cannot be decoded by {name} here ({why}): leave --hwaccel out")


def stopped_early(address: Address, status: int, said: Sequence[str]) -> DecoderFailed | None:
    """Return the error for an exit status that is not about the input; None where all that was read is sound."""
    if status == 0:
        return None
    if any(_NO_TOOL.search(line) for line in said[-50:]):
        return DecoderFailed(
            address.shown, f"ffmpeg gave up ({_last_words(said)}): free some resources and run it again"
        )
    return None


def sound_unread(address: Address, status: int, said: Sequence[str], position: float | None) -> MediaError | None:
    """Return the error for an ffmpeg that gave not all, or nothing, of a track of sound; None where there is no more.

    position: seconds that were read, None where nothing came of the track.
    """
    if name := was_killed(status, said):
        return killed(address.shown, name, position or 0.0)
    if position is None:  # what the file claims may be more than ffmpeg can allocate
        return Broken(address.shown, f"its sound cannot be decoded: {_last_words(said)}")
    return stopped_early(address, status, said)


def _unopened(address: Address, text: str, said: Sequence[str]) -> MediaError:
    shown = address.shown
    if address.is_stdin and not re.search(r"moov atom|partial file", text):
        return Broken(shown, "no video came through standard input: check what is piped in")
    if "moov atom not found" in text and "low score" not in text:
        if address.is_piped:
            return _index_behind(address)
        return Broken(
            shown, "its index (moov) is missing: the recording or the copy was cut short; copy it again or repair it"
        )
    if "Format not on whitelist" in text:
        if is_text(address.local):
            return NotVideo(shown, "a list of other files or addresses, which are not opened: give those instead")
        return NotVideo(shown, "no format that loopfind reads: convert it to mp4 or mkv")
    for pattern, what in _NOT_THERE:
        if found := re.search(pattern, text):
            detail = next(filter(None, found.groups()), "").rstrip(". ") if found.groups() else ""
            return Unreadable(shown, f"{what} ({detail})" if detail else what)
    if is_text(address.local):
        return NotVideo(shown, "a text file, not a video: give a video file")
    if "Invalid data found" in text:
        return Broken(shown, "no video format that ffmpeg knows: the file is damaged or not a video")
    if "End of file" in text:
        return Broken(shown, "it ends before its first picture: the recording or the copy was cut short; copy it again")
    reason = _REASON.search(text)
    return Broken(shown, f"ffmpeg cannot open it ({reason[1] if reason else _last_words(said)}): get another copy")


def _unmapped(address: Address, header: Header, stream: int, text: str, said: Sequence[str]) -> MediaError:
    shown, count = address.shown, header.video_count
    if stream < count:
        if address.is_piped and "partial file" in text:
            return _index_behind(address)
        return Broken(shown, f"its video stream cannot be decoded: {_last_words(said)}")
    kinds = {found.kind for found in header.streams.values()}
    if count:
        streams = "1 video stream, number 0" if count == 1 else f"{count} video streams, numbers 0 to {count - 1}"
        return NoStream(shown, f"no video stream {stream}: it has {streams}")
    if "Audio" in kinds:
        return SoundOnly(
            shown,
            "sound only, no video stream: give a file with pictures (loopfind FILE and compare --align sound hear it)",
        )
    if "Subtitle" in kinds:
        return NotVideo(shown, "subtitles, not a video: give a video file")
    return NotVideo(shown, "no video stream in it: give a video file")


def _too_large(shown: str) -> Broken:
    millions = MOST_PIXELS // 1_000_000
    return Broken(
        shown, f"its pictures are said to have more than {millions} million pixels: scale it down, or repair it"
    )


def _index_behind(address: Address) -> Broken:
    if address.feed is not None:
        what = "an mp4 whose index stands, or will stand, at its end cannot be followed: scan it once it is finished"
    else:
        what = "an mp4 whose index stands at its end cannot be read through a pipe: give the file itself"
    return Broken(address.shown, what)


def _last_words(said: Sequence[str]) -> str:
    """Return the latest error in ffmpeg's messages that gives a reason, and does not merely say that it failed."""
    empty = re.compile(
        r"Conversion failed|Error opening|Terminating thread|Nothing was written|Error parsing|Task finished"
    )
    lines = [found[1] for line in said if (found := _LEVEL.search(line)) and not empty.search(found[1])]
    return lines[-1].rstrip(".:") if lines else "it gives no reason"
