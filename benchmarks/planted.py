"""Real footage of a fixed camera with one passage of four seconds made unusual, beside the same footage unedited.

    python benchmarks/planted.py CLIP ... --work DIR             pairs as files in DIR, H.264 at CRF 23, 320x180
    python benchmarks/planted.py CLIP ... --sheets DIR           a sheet for each pair, to be looked at: edited above

The first half of a clip is its baseline (--baseline SECONDS for another length). In what is held out, PASSAGES passages
in which something moves are chosen, spread over it, and each is edited in each of the ways of EDITS:

    backwards        the passage runs back for 4 s once it was seen, and forth again: the picture never jumps
    backwards, cut   the 4 s are turned round in place, so that the picture jumps before and after
    faster 2x, 3x    8 or 12 s of the clip in 4 s
    stands still     a picture is held for 4 s, under the noise of the camera, and what it shows goes on then
    mirrored         left is right
    foreign object   a body that is drawn with a texture, 6 to 15 % of the picture's height, passes or appears
    object left      a body of 5 to 12 % appears, stands and is gone after 4 s
    object taken     a body of 5 to 12 % that stands in all of the video, before it and after it, is gone
    wrong way        what moves is cut out and mirrored along its way, over the background as it is
    elsewhere        another passage of what is held out takes its place, and nothing in it is unusual: a control, which
                     shows what the two jumps of the picture amount to

A body that is hidden half of the time or more is drawn anew. A pair is two videos that differ in this passage alone. Of
an edited and an unedited passage the score of the same stretch is compared; for the faster ones also that of all the
footage that was sped up. `plant` gives the pictures as arrays, `passages` the moments. Each pair follows from its clip,
edit, moment and seed.
"""

import argparse
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from fixed_camera import Footage, Levels, Pictures, encode, footage, reduced, sheet
from numpy.typing import NDArray
from scipy import ndimage

from loopfind.model.video import Span

SECONDS = 4.0
"""Length of an edited passage."""

SHORTEST = 2.5
"""Least length of one, where the footage that would be sped up ends sooner."""

PASSAGES = 6

GUARD = 1.0
"""Seconds of what is held out that are left alone at its start and end."""

FADE = 0.3
"""Seconds in which a body comes and goes."""

SEEN_BY, SEEN_SHARE = 20, 3e-4
"""Grey levels by which a body differs from what is there without it where it is seen; and the least part of the square
of the picture's height that does: 10 pixels of 180 lines, of a body that is 9 pixels high or more."""

_DRAWS = 10

TAIL = 6.0
"""Seconds that a pair goes on after the passage, when it is written to files."""

EDITS = (
    "backwards",
    "backwards, cut",
    "faster 2x",
    "faster 3x",
    "stands still",
    "mirrored",
    "foreign object",
    "object left",
    "object taken",
    "wrong way",
    "elsewhere",
)

LOOKS = ("plain", "stripes", "checks", "mottled", "two tones")
SHAPES = ("ellipse", "box", "blob", "upright")

_BATCH = 250


class Layer(Protocol):
    """Is laid over the pictures of a timeline."""

    def frames(self, count: int) -> tuple[tuple[int, int], ...]:
        """Return which frames of a timeline of `count` it changes, as (first, end)."""
        ...

    def lay(self, pictures: Pictures, first: int, camera: Footage) -> Pictures:
        """Return pictures, the first of which has this number in the timeline, with this over them."""
        ...


@dataclass(frozen=True, eq=False)
class Patch:
    """Pictures that take the place of those from frame `first` on."""

    first: int
    pictures: Pictures

    def frames(self, count: int) -> tuple[tuple[int, int], ...]:
        return ((self.first, min(count, self.first + len(self.pictures))),)

    def lay(self, pictures: Pictures, first: int, camera: Footage) -> Pictures:
        answer = pictures.copy()
        low, high = max(first, self.first), min(first + len(pictures), self.first + len(self.pictures))
        answer[low - first : high - first] = self.pictures[low - self.first : high - self.first]
        return answer


@dataclass(frozen=True, eq=False)
class Body:
    """A body. texture, cover: grey levels and 0 to 1, (height, width). path: rows and columns (m, 2) of its upper left
    corner at each frame from `first` on, which may lie outside; one row stands for all frames. shown: how far it is
    there at each of these frames, (m,) 0 to 1. outside: how far it is at all others. behind: whether what moves passes
    before it."""

    texture: Levels
    cover: Levels
    first: int
    path: Levels
    shown: Levels
    outside: float = 0.0
    behind: bool = False

    def frames(self, count: int) -> tuple[tuple[int, int], ...]:
        return ((0, count),) if self.outside else ((self.first, min(count, self.first + len(self.shown))),)

    def lay(self, pictures: Pictures, first: int, camera: Footage) -> Pictures:
        answer = pictures.copy()
        numbers = first + np.arange(len(pictures)) - self.first
        within = (numbers >= 0) & (numbers < len(self.shown))
        held = np.clip(numbers, 0, len(self.shown) - 1)
        there = np.where(within, self.shown[held], self.outside)
        seen = np.flatnonzero(there > 0)
        if not len(seen):
            return answer
        light, noise = camera.light(pictures), camera.noise
        for k in seen:
            corner = self.path[held[k]] if len(self.path) > 1 else self.path[0]
            _paste(answer[k], self, corner, float(there[k]), float(light[k]), noise[(first + k) % len(noise)])
        if self.behind:
            box = _box(self, answer.shape[1:])
            before = camera.moving(pictures, box)
            mixed = before * pictures[:, *box] + (1 - before) * answer[:, *box]
            answer[:, *box] = np.clip(mixed + 0.5, 0, 255)
        return answer


def _box(body: Body, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Return the part of a picture that a body which stands still lies in."""
    (top, left), (high, wide) = body.path[0], body.texture.shape
    rows = slice(max(0, int(top)), min(shape[0], int(top) + high + 2))
    return rows, slice(max(0, int(left)), min(shape[1], int(left) + wide + 2))


def _paste(picture: Pictures, body: Body, corner: Levels, there: float, light: float, noise: Levels) -> None:
    """Draw a body into a picture (height, width), its corner between pixels, in the camera's light and noise."""
    whole = np.floor(corner).astype(int)
    texture, cover = (
        ndimage.shift(one, corner - whole, order=1, mode="nearest")
        for one in (np.pad(body.texture, ((0, 1), (0, 1)), "edge"), np.pad(body.cover, ((0, 1), (0, 1))))
    )
    top, left = np.maximum(whole, 0)
    low, right = np.minimum(whole + texture.shape, picture.shape)
    if top >= low or left >= right:
        return
    inside = slice(top - whole[0], low - whole[0]), slice(left - whole[1], right - whole[1])
    place = slice(top, low), slice(left, right)
    share = there * cover[inside]
    mixed = (1 - share) * picture[place] + share * (light * texture[inside] + noise[place])
    picture[place] = np.clip(mixed + 0.5, 0, 255)


@dataclass(frozen=True, eq=False)
class Timeline:
    """A video made of footage. order: (n,) the frame of the footage that each picture shows. layers: over them."""

    camera: Footage
    order: NDArray[np.int64]
    layers: tuple[Layer, ...] = ()

    def pictures(self, low: int = 0, high: int | None = None) -> Pictures:
        """Return the pictures of the frames from `low` to `high`."""
        pictures = self.camera.pictures[self.order[low:high]]
        for layer in self.layers:
            if any(a < low + len(pictures) and b > low for a, b in layer.frames(len(self.order))):
                pictures = layer.lay(pictures, low, self.camera)
        return pictures

    def batches(self, seconds: float | None = None) -> Iterator[Pictures]:
        """Yield all pictures, a batch at a time, or those of the first seconds."""
        count = len(self.order) if seconds is None else min(len(self.order), self.camera.frame(seconds))
        for low in range(0, count, _BATCH):
            yield self.pictures(low, min(count, low + _BATCH))

    def small(self) -> Pictures:
        """Return all pictures as loopfind reads them, (n, 64, 64); only what layers change is drawn."""
        answer = self.camera.small[self.order]
        for layer in self.layers:
            for first, end in layer.frames(len(self.order)):
                for low in range(first, end, _BATCH):
                    answer[low : min(end, low + _BATCH)] = reduced(self.pictures(low, min(end, low + _BATCH)))
        return answer


def small_part(timeline: Timeline, low: int, high: int) -> Pictures:
    """Return the frames from `low` to `high` of a timeline as loopfind reads them, (n, 64, 64)."""
    batches = [
        timeline.pictures(at, min(high, at + _BATCH)) for at in range(low, min(high, len(timeline.order)), _BATCH)
    ]
    return np.concatenate([reduced(batch) for batch in batches])


@dataclass(frozen=True, eq=False)
class Pair:
    """The same video edited and unedited.

    passage: seconds of the edited one that were edited. against: seconds of the unedited one that it is compared with:
    the same passage, and for a faster one also all the footage that was sped up. jump: how far the picture jumps where
    the passage starts or ends, in times of the largest step (99 of 100) that the footage takes between two frames.
    """

    edit: str
    seed: int
    edited: Timeline
    unedited: Timeline
    passage: Span
    against: tuple[Span, ...]
    jump: float = field(default=0.0)


def plant(camera: Footage, edit: str, start: float, seed: int = 0) -> Pair | None:
    """Return the pair of an edit, whose passage starts at `start`, seconds; None where the footage does not lend itself
    to it."""
    low = camera.frame(start)
    count = camera.frame(SECONDS)
    frames = np.arange(len(camera.pictures))
    plain = Timeline(camera, frames)
    rng = np.random.default_rng([seed, low, zlib.crc32(f"{camera.name} {edit}".encode())])
    against: tuple[Span, ...] = ()
    if edit.startswith("faster"):
        times = int(edit[-2])
        count = min(count, (len(frames) - low - camera.frame(GUARD) // 2) // times)
        middle = low + times * np.arange(count)
        order = np.concatenate([frames[:low], middle, frames[low + times * count :]])
        against = (Span(start, start + times * count / camera.rate),)
        edited = Timeline(camera, order)
    elif edit == "backwards":
        # The passage is seen as it was first, and then from its end to its start.
        low += count
        order = np.concatenate([frames[:low], frames[low - count : low - 1][::-1], frames[low - count + 1 :]])
        edited = Timeline(camera, order)
    elif edit == "stands still":
        edited = _held(camera, low, count)
    else:
        if low + count > len(frames):
            return None
        for _ in range(_DRAWS):
            layers, before = _layers(camera, edit, low, count, seed, rng)
            if not layers:
                return None
            plain, edited = Timeline(camera, frames, before), Timeline(camera, frames, layers)
            if "object" not in edit or _seen(edited, plain, low, count):
                break
        else:
            return None
    if count < camera.frame(SHORTEST):
        return None
    length = count / camera.rate
    same = Span(start, start + length)
    passage = Span(start + length, start + 2 * length) if edit == "backwards" else same
    pair = Pair(edit, seed, edited, plain, passage, (same, *against))
    return replace(pair, jump=_jump(pair))


def _held(camera: Footage, low: int, count: int) -> Timeline:
    """Return a timeline in which the picture of frame `low` is held for `count` frames and goes on then."""
    frames = np.arange(len(camera.pictures))
    order = np.concatenate([frames[:low], np.full(count, low), frames[low:]])
    picture, noise = camera.pictures[low].astype(np.float32), camera.noise
    # To and fro through the noise, which never jumps and is not the same for twice its length.
    turn = np.concatenate([np.arange(len(noise)), np.arange(len(noise))[::-1]])
    held = np.clip(picture + noise[turn[np.arange(1, count) % len(turn)]] + 0.5, 0, 255).astype(np.uint8)
    return Timeline(camera, order, (Patch(low + 1, held),))


def _seen(edited: Timeline, plain: Timeline, low: int, count: int) -> bool:
    """Return whether a body shows: half of the time some of it differs from what is there without it. What passes
    before it may hide it, and so may a ground that looks as it does."""
    step = max(1, count // 20)
    one, other = (timeline.pictures(low, low + count)[::step].astype(np.int16) for timeline in (edited, plain))
    differ = (np.abs(one - other) > SEEN_BY).sum((1, 2))
    return bool(np.median(differ) >= SEEN_SHARE * one.shape[1] ** 2)


def _layers(
    camera: Footage, edit: str, low: int, count: int, seed: int, rng: np.random.Generator
) -> tuple[tuple[Layer, ...], tuple[Layer, ...]]:
    """Return what is laid over the edited and over the unedited video."""
    passage = camera.pictures[low : low + count]
    if edit == "backwards, cut":
        return (Patch(low, passage[::-1]),), ()
    if edit == "mirrored":
        return (Patch(low, passage[:, :, ::-1]),), ()
    if edit == "wrong way":
        other = turned(camera, passage)
        return (() if other is None else (Patch(low, other),)), ()
    if edit == "elsewhere":
        others = [at for at in passages(camera, 2 * PASSAGES) if abs(camera.frame(at) - low) >= 2 * count]
        first = camera.frame(others[int(rng.integers(len(others)))]) if others else len(camera.pictures) // 2
        return (Patch(low, camera.pictures[first : first + count]),), ()
    if edit == "foreign object":
        return (foreign(camera, low, count, rng),), ()
    if edit == "object left":
        return (standing(camera, low, count, rng),), ()
    if edit == "object taken":
        # It stands in one place for all passages, so that they share the unedited video.
        stands = standing(camera, low, count, np.random.default_rng([seed, zlib.crc32(camera.name.encode())]))
        always = np.ones(1, np.float32)
        return (replace(stands, shown=1 - stands.shown, outside=1.0),), (replace(stands, shown=always, outside=1.0),)
    raise SystemExit(f"{edit}: no such edit; there are {', '.join(EDITS)}")


def turned(camera: Footage, passage: Pictures) -> Pictures | None:
    """Return a passage with what moves mirrored over the background, left to right, or top to bottom where it moves
    that way; None where most of what is before the background does not move, or not far."""
    moving = camera.moving(passage)
    down, across = _way(moving)
    if np.median(moving, axis=0).mean() > 0.5 * moving.mean() or max(down, across) < 0.1 * passage.shape[1]:
        return None
    bare = (1 - moving) * passage + moving * camera.light(passage)[:, None, None] * camera.background
    axis = 2 if across >= 0.7 * down else 1
    other, share = (np.flip(one, axis) for one in (passage, moving))
    return np.asarray(np.clip((1 - share) * bare + share * other + 0.5, 0, 255), np.uint8)


def _way(moving: Levels) -> tuple[float, float]:
    """Return how far what moves goes over the passage, down and across, in pixels."""
    rows, columns = np.mgrid[: moving.shape[1], : moving.shape[2]]
    mass = moving.sum((1, 2)) + 1e-3
    down, across = (moving * rows).sum((1, 2)) / mass, (moving * columns).sum((1, 2)) / mass
    there = mass > 0.3 * mass.max()
    return float(np.ptp(down[there])), float(np.ptp(across[there]))


def foreign(camera: Footage, low: int, count: int, rng: np.random.Generator) -> Body:
    """Return a body that passes through the picture in `count` frames or, as often, appears and wanders."""
    high, wide = camera.pictures.shape[1:]
    side = rng.uniform(0.06, 0.15) * high
    begin, end = _ends(high, wide, side, rng)
    passes = bool(rng.integers(2))
    share = np.linspace(0, 1, count)[:, None] if passes else np.linspace(0, rng.uniform(0.02, 0.15), count)[:, None]
    if not passes:
        begin = np.array([rng.uniform(0.1, 0.85) * high, rng.uniform(0.08, 0.88) * wide])
    sway = side * 0.25 * np.sin(np.linspace(0, rng.uniform(4, 20), count) + rng.uniform(0, 6))[:, None]
    path = begin + share * (end - begin) + sway * np.array([1.0, 0.3])
    texture, cover = drawn(side, _behind(camera, path), rng)
    shown = np.ones(count, np.float32) if passes else _shown(count, camera.frame(FADE))
    return Body(texture, cover, low, path.astype(np.float32), shown)


def _ends(high: int, wide: int, side: float, rng: np.random.Generator) -> tuple[Levels, Levels]:
    """Return where a body enters and leaves the picture, just out of it: rows and columns."""
    across = bool(rng.integers(4))
    length = wide if across else high
    ends = np.array([-1.2 * side, length + 0.2 * side])[:: 1 if rng.integers(2) else -1]
    beside = rng.uniform(0.1, 0.85, 2) * (high if across else wide)
    pairs = np.stack([beside, ends] if across else [ends, beside], axis=1)
    return pairs[0].astype(np.float32), pairs[1].astype(np.float32)


def standing(camera: Footage, low: int, count: int, rng: np.random.Generator) -> Body:
    """Return a body that stands for `count` frames on what may be ground, and before which what moves passes."""
    high, wide = camera.pictures.shape[1:]
    side = rng.uniform(0.05, 0.12) * high
    path = np.array([[rng.uniform(0.35, 0.92) * high - side / 2, rng.uniform(0.08, 0.9) * wide]], np.float32)
    texture, cover = drawn(side, _behind(camera, path), rng)
    return Body(texture, cover, low, path, _shown(count, camera.frame(FADE)), behind=True)


def _shown(count: int, fade: int) -> Levels:
    """Return how far a body is there that comes and goes in `fade` frames."""
    steps = np.arange(count)
    return np.asarray(np.clip(np.minimum(steps + 1, count - steps) / max(1, fade), 0, 1), np.float32)


def _behind(camera: Footage, path: NDArray[np.floating]) -> float:
    """Return the grey level of the background along a path."""
    high, wide = camera.background.shape
    rows, columns = np.clip(path[:, 0], 0, high - 1).astype(int), np.clip(path[:, 1], 0, wide - 1).astype(int)
    return float(np.median(camera.background[rows, columns]))


def drawn(side: float, behind: float, rng: np.random.Generator) -> tuple[Levels, Levels]:
    """Return the texture and the cover of a body that is `side` pixels high, unlike the grey level behind it."""
    shape, look = SHAPES[int(rng.integers(len(SHAPES)))], LOOKS[int(rng.integers(len(LOOKS)))]
    ratio = rng.uniform(0.4, 0.6) if shape == "upright" else rng.uniform(0.7, 1.8)
    high, wide = max(4, round(side)), max(4, round(side * ratio))
    # Four times as large first, so that its edges are soft as a camera's are.
    down, across = (np.mgrid[: 4 * high, : 4 * wide] + 0.5) / np.array([4 * high, 4 * wide])[:, None, None] * 2 - 1
    turn, reach = np.arctan2(down, across), np.hypot(down, across)
    if shape == "ellipse":
        inside = reach < 1
    elif shape == "blob":
        waves = sum(rng.uniform(0.05, 0.16) * np.sin(k * turn + rng.uniform(0, 6)) for k in (2, 3, 5))
        inside = reach < 0.8 + waves
    elif shape == "upright":
        inside = (np.hypot(across * 1.9, (down + 0.72) * 3.4) < 1) | (
            (np.abs(across) < 0.85 - 0.3 * down) & (down > -0.5)
        )
    else:
        inside = np.maximum(np.abs(down), np.abs(across)) < 0.94
    choices = [level for level in range(25, 236, 10) if abs(level - behind) >= 40]
    level = float(rng.choice(choices))
    other = float(np.clip(level + rng.choice([-1, 1]) * rng.uniform(35, 90), 15, 245))
    angle, turns = rng.uniform(0, np.pi), rng.uniform(3, 7)
    along = np.sin(turns * (down * np.sin(angle) + across * np.cos(angle)))
    aside = np.sin(turns * (across * np.sin(angle) - down * np.cos(angle)))
    second = {
        "plain": np.zeros_like(down),
        "stripes": (along > 0) * 1.0,
        "checks": (along * aside > 0) * 1.0,
        "mottled": np.clip(0.5 + 6 * ndimage.gaussian_filter(rng.normal(0, 1, down.shape), 4), 0, 1),
        "two tones": (down > rng.uniform(-0.3, 0.3)) * 1.0,
    }[look]
    lit = 1 - 0.18 * (across * np.cos(angle) + down * np.sin(angle))
    texture = (level + second * (other - level)) * lit
    means = (one.reshape(high, 4, wide, 4).mean((1, 3)) for one in (texture, inside * 1.0))
    texture, cover = means
    cover = ndimage.gaussian_filter(np.pad(cover, 1), 0.5)
    return np.pad(texture, 1, "edge").astype(np.float32), cover.astype(np.float32)


def _jump(pair: Pair) -> float:
    """Return how far the picture jumps at the ends of the passage, in times of a large step of the footage."""
    camera, count = pair.edited.camera, len(pair.edited.order)
    pictures = camera.small[:: max(1, len(camera.small) // 2000)]
    chosen = np.arange(0, len(camera.small) - 1, max(1, len(camera.small) // 2000))
    pictures = camera.small[chosen].astype(np.float32)
    usual = np.percentile(np.abs(camera.small[chosen + 1] - pictures).mean((1, 2)), 99)
    steps = []
    for seconds in (pair.passage.start, pair.passage.end):
        at = min(count - 1, max(1, camera.frame(seconds)))
        two = reduced(pair.edited.pictures(at - 1, at + 1)).astype(np.float32)
        steps.append(float(np.abs(two[1] - two[0]).mean()))
    return max(steps) / max(float(usual), 0.1)


def passages(camera: Footage, count: int = PASSAGES, baseline: float | None = None) -> list[float]:
    """Return when passages start in which something moves, seconds: the most lively of each of `count` equal parts of
    what is held out, where it is a fifth as lively as the middle one of them. None overlaps the one before."""
    begin = (camera.seconds / 2 if baseline is None else baseline) + GUARD
    starts = np.arange(begin, camera.seconds - SECONDS - GUARD, 0.5)
    if not len(starts):
        return []
    sums = np.concatenate([[0.0], np.cumsum(camera.movement, dtype=np.float64)])
    ends = [(camera.frame(at), min(len(sums) - 1, camera.frame(at + SECONDS))) for at in starts]
    lively = np.array([sums[b] - sums[a] for a, b in ends])
    chosen: list[int] = []
    for part in np.array_split(np.arange(len(starts)), min(count, len(starts))):
        free = [int(k) for k in part if not chosen or starts[k] >= starts[chosen[-1]] + SECONDS]
        chosen += sorted(free, key=lambda k: lively[k])[-1:]
    least = 0.2 * float(np.median(lively[chosen]))
    return [float(starts[k]) for k in chosen if lively[k] > least]


def pairs(camera: Footage, edits: tuple[str, ...], count: int, seeds: int, baseline: float | None) -> Iterator[Pair]:
    """Yield the pairs of a clip; edits that are drawn, once for each seed."""
    for start in passages(camera, count, baseline):
        for edit in edits:
            for seed in range(seeds if "object" in edit else 1):
                pair = plant(camera, edit, start, seed)
                if pair is not None:
                    yield pair


def write(pair: Pair, folder: Path) -> tuple[Path, Path]:
    """Write a pair, and what is true of it, to files, unless they are there. Returns the edited and the unedited."""
    camera, end = pair.edited.camera, pair.passage.end + TAIL
    words = pair.edit.replace(",", "").replace(" ", "-")
    name = f"{camera.name}.{words}.{pair.passage.start:.1f}.{pair.seed}"
    own = f"{name}.unedited" if pair.unedited.layers else f"{camera.name}.unedited"
    edited, unedited = folder / f"{name}.mp4", folder / f"{own}.mp4"
    if not edited.exists():
        encode(pair.edited.batches(end), camera.rate, edited)
    if not unedited.exists():
        encode(pair.unedited.batches(end if pair.unedited.layers else None), camera.rate, unedited)
    spans = [[span.start, span.end] for span in pair.against]
    known: dict[str, object] = {"edit": pair.edit, "passage": [pair.passage.start, pair.passage.end], "against": spans}
    known |= {"unedited": unedited.name, "baseline": camera.seconds / 2, "jump": round(pair.jump, 2)}
    edited.with_suffix(".json").write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    return edited, unedited


def shown(pair: Pair, path: Path) -> None:
    """Save twelve moments of a pair, from before the passage to after it, the edited one above."""
    camera = pair.edited.camera
    at = np.linspace(pair.passage.start - 0.6, pair.passage.end + 0.6, 12)
    rows = []
    for timeline in (pair.edited, pair.unedited):
        frames = np.clip([camera.frame(float(t)) for t in at], 0, len(timeline.order) - 1)
        rows += [timeline.pictures(int(k), int(k) + 1)[0] for k in frames]
    sheet(np.stack(rows), 12, path)


def main() -> None:
    """Make the pairs that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--work", type=Path, help="write files there")
    parser.add_argument("--sheets", type=Path, help="write pictures of the pairs there")
    parser.add_argument("--edits", nargs="+", default=EDITS, choices=EDITS)
    parser.add_argument("--passages", type=int, default=PASSAGES)
    parser.add_argument("--seeds", type=int, default=1, help="bodies drawn for each passage")
    parser.add_argument("--baseline", type=float, help="seconds; half of the clip where not given")
    words = parser.parse_args()
    for folder in filter(None, (words.work, words.sheets)):
        folder.mkdir(parents=True, exist_ok=True)
    for clip in words.clips:
        camera = footage(clip)
        for pair in pairs(camera, tuple(words.edits), words.passages, words.seeds, words.baseline):
            at = f"{pair.passage.start:.1f} to {pair.passage.end:.1f} s"
            print(f"{camera.name}: {pair.edit}, {at}, jump {pair.jump:.1f}", flush=True)
            if words.work:
                write(pair, words.work)
            if words.sheets:
                name = f"{camera.name}.{pair.edit.replace(' ', '-')}.{pair.passage.start:.1f}.{pair.seed}.png"
                shown(pair, words.sheets / name)


if __name__ == "__main__":
    main()
