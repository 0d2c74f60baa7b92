"""Hours of honest footage of fixed cameras: nothing in what is held out is unusual, so each event in it is false.

    python benchmarks/honest.py --media FOLDER --work DIR            all kinds, an hour of each camera, in DIR
    python benchmarks/honest.py --media FOLDER --work DIR --minutes 20 --only drawn --sheets DIR

There are five kinds, at 160x90, H.264 at CRF 28:

    real      clips of FIXED as they are; the first half is the baseline
    made      an hour of a camera that is made of one of these clips. It goes through the clip and leaps, now and then
              and always before it ends, to a moment that looks the same, over a dissolve (Schoedl et al., Video
              Textures, SIGGRAPH 2000). The baseline is made of the first half of the clip alone, and what is held out
              of the second half alone. The pace differs by 10 % from leap to leap; light drifts; a sensor's noise is
              added. So there are as many hours as one likes, and only as many different passages as the clip has
    drawn     bodies pass on fixed roads at random times, in random sizes, looks and paces, and some halt; leaves move
              in the wind, clouds pass, the light of the day changes; all by seed
    joined    several clips, or cameras that were made or drawn, one after the other: as many cameras. Nothing is to be
              reported at a joint, and a map is to be learned after each
    moving    films, screens and cameras that are held: no fixed camera, so that nothing can be called unusual. They are
              not made but taken from the folder as they are

`honest.json` in DIR says of each file its kind, its baseline, and where in it another camera begins.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from fixed_camera import Footage, Levels, Pictures, encode, footage, reduced, sheet
from numpy.typing import NDArray
from planted import drawn
from scipy import ndimage

KINDS = ("real", "made", "drawn", "joined", "moving")

WIDTH, HEIGHT = 160, 90

FIXED = (
    "cars.mp4",
    "fixed_indoor_people_139s.mp4",
    "mouse.mp4",
    "fixed_bottles_40s.mp4",
    "fixed_lab_spider_39s_1080p60.mp4",
    "cameratrap_kay_61s.avi",
    "fixed_cameratrap_60s_80x60.asf",
    "head.mp4",
)
"""Clips of a fixed camera."""

MADE = ("cars.mp4", "fixed_indoor_people_139s.mp4", "mouse.mp4", "fixed_bottles_40s.mp4", "head.mp4")
"""Clips that cameras are made of."""

MOVING = (
    "anim_bbb_trailer_33s.mp4",
    "anim_chrome_ad_30s.mp4",
    "chair.mp4",
    "cockatoo.mp4",
    "counter.mp4",
    "dashcam_white_9s.mp4",
    "documentary.ogv",
    "film.webm",
    "handheld_gopro_12s.mp4",
    "rocket.mkv",
    "screen_cypress_debug_41s.mp4",
    "signs.mp4",
)
"""Clips of no fixed camera."""

DRAWN = (1, 2, 3, 4)
"""Seeds of drawn cameras, where no others are asked for."""

QUALITY = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "28", "-g", "250")

RATE = 10.0
"""Frames a second of drawn cameras; made ones keep the rate of their clip, up to MOST_RATE."""

MOST_RATE = 15.0

LEAP_SECONDS = 15.0
"""Mean time between two leaps, where there is a moment to leap to."""

STAY, APART, DISSOLVE = 2.0, 1.5, 0.4
"""Seconds: least time between leaps, least distance of a leap, and length of its dissolve."""

CHOICES, AHEAD = 12, 5.0
"""Moments to leap to that are drawn; the one is taken after which, for so many seconds, comes what was shown least."""

OFTEN = 0.5
"""Share of the stretches of AHEAD that a common state is met in, from which another one is often come to as well."""

MATCHED, LEAST_USED, ROOM = (0.4, 0.5, 0.6), 0.65, 1.5
"""Share of the moments that are to have another one that is alike: the first with which so much of the footage is used.
ROOM: how much less alike two moments may be."""

DRIFT = 0.12
"""How far the light drifts, as a share, over the hour."""

_BATCH = 200
_BANK = 48


Shown = tuple[float, Iterator[Pictures]]
"""The rate and the pictures of a camera."""


@dataclass(frozen=True)
class Recording:
    """A file of honest footage. seconds: its length. baseline: seconds that a map is learned from. joints: seconds at
    which another camera begins."""

    name: str
    kind: str
    seconds: float
    baseline: float
    joints: tuple[float, ...] = ()

    def holds_out(self, at: float) -> bool:
        """Return whether an instant is held out: not in what a camera begins with, which is its baseline."""
        return at >= max((start for start in (0.0, *self.joints) if start <= at), default=0.0) + self.baseline

    @property
    def held(self) -> float:
        """Seconds that are held out."""
        starts = (0.0, *self.joints)
        ends = (*self.joints, self.seconds)
        return sum(max(0.0, end - start - self.baseline) for start, end in zip(starts, ends, strict=True))


# Cameras that are made


@dataclass(frozen=True, eq=False)
class Route:
    """A way through footage, picture by picture. main, other: (m,) frames; share: (m,) of the other one, 0 to 1."""

    main: NDArray[np.int64]
    other: NDArray[np.int64]
    share: Levels


@dataclass(frozen=True, eq=False)
class Leaps:
    """Where one may leap. table: (n, m) from which moment to which. last: the last moment that is gone to: the last one
    of a state that the camera is often in, as out of others there may be no way but a jump."""

    table: NDArray[np.bool_]
    last: int


def _leaps(table: NDArray[np.bool_], length: int, reach: int | None = None) -> Leaps:
    """Return leaps to moments before `reach`, which is the last one of the same footage where it is not given. length:
    frames of the stretches in how many of which a state must be met to be often come to."""
    met = np.add.reduceat(table, np.arange(0, table.shape[1], length), axis=1, dtype=np.int32) > 0
    often = met.sum(1)
    last = int(np.flatnonzero(often >= max(1, OFTEN * np.quantile(often[often > 0], 0.75)))[-1])
    kept = table.copy()
    kept[:, max(1, (last if reach is None else reach)) :] = False
    return Leaps(kept, int(np.flatnonzero(kept[: last + 1].any(1))[-1]))


def route(camera: Footage, seconds: float, baseline: float, matched: float, rng: np.random.Generator) -> Route:
    """Return a way through a clip: through its first half for the baseline, and through its second half then."""
    half, count = len(camera.pictures) // 2, round(seconds * camera.rate)
    seen = _features(camera)
    ahead = camera.frame(AHEAD)
    inside = [_leaps(_alike(part, part, camera, matched), ahead) for part in (seen[:half], seen[half:])]
    across = _leaps(_alike(seen[:half], seen[half:], camera, matched, apart=False), ahead, inside[1].last - ahead)
    main, other = np.zeros(count, np.int64), np.zeros(count, np.int64)
    share = np.zeros(count, np.float32)
    shown, following = np.zeros(len(seen)), np.arange(ahead)
    place, part, pace, stayed = 0.0, 0, 1.0, 0.0
    for k in range(count):
        main[k] = other[k] = part * half + int(place)
        stayed += 1 / camera.rate
        here = int(place)
        leaps = across if part == 0 and k / camera.rate >= baseline else inside[part]
        goals = np.flatnonzero(leaps.table[min(here, leaps.last)])
        wants = stayed >= STAY and (leaps is across or rng.random() < 1 / (LEAP_SECONDS * camera.rate))
        if (len(goals) and wants) or here >= leaps.last:
            goals = rng.choice(goals, CHOICES)
            follows = np.minimum((1 if leaps is across else part) * half + goals[:, None] + following, len(seen) - 1)
            goal = int(goals[int(np.argmin(shown[follows].mean(1)))])
            after = np.arange(k, min(count, k + camera.frame(DISSOLVE)))
            other[after] = np.minimum(part * half + here + after - k, len(camera.pictures) - 1)
            share[after] = 1 - (after - k + 1) / (camera.frame(DISSOLVE) + 1)
            part, place = (1 if leaps is across else part), float(goal)
            pace, stayed = float(rng.uniform(0.9, 1.1)), 0.0
            main[k] = part * half + goal
        shown[main[k]] += 1
        place = min(place + pace, len(inside[part].table) - 1.0)
    # While it dissolves, the way that was left goes on beside the new one.
    return Route(main, np.where(share > 0, other, main), share)


def _features(camera: Footage) -> Levels:
    """Return what each moment looks like and how it moves, (n, d): small pictures in even light, of three instants."""
    small = reduced(camera.pictures, 24).reshape(len(camera.pictures), -1).astype(np.float32)
    small /= camera.light(camera.pictures)[:, None]
    step = max(1, camera.frame(0.3))
    around = [np.clip(np.arange(len(small)) + more, 0, len(small) - 1) for more in (-step, 0, step)]
    return np.concatenate([small[index] for index in around], axis=1)


def _alike(one: Levels, other: Levels, camera: Footage, matched: float, apart: bool = True) -> NDArray[np.bool_]:
    """Return which moments of one look like which of the other, (n, m)."""
    far = (one**2).sum(1)[:, None] + (other**2).sum(1) - 2 * one @ other.T
    if apart:
        near = camera.frame(APART)
        lags = np.abs(np.arange(len(one))[:, None] - np.arange(len(other)))
        far[lags < near] = np.inf
    far[:, len(other) - camera.frame(AHEAD) :] = np.inf
    return np.asarray(far <= ROOM * np.quantile(far.min(1), matched))


def made(clip: Path, seconds: float, baseline: float, seed: int) -> Shown:
    """Return the rate and the pictures, in grey levels, of a camera that is made of a clip."""
    camera = footage(clip, (WIDTH, HEIGHT))
    thin = int(np.ceil(camera.rate / MOST_RATE))
    camera = Footage(camera.name, camera.rate / thin, camera.pictures[::thin])
    for matched in MATCHED:
        rng = np.random.default_rng([seed, len(camera.pictures)])
        way = route(camera, seconds, baseline, matched, rng)
        if len(np.unique(way.main)) >= LEAST_USED * len(camera.pictures):
            break

    def pictures() -> Iterator[Levels]:
        for low in range(0, len(way.main), _BATCH):
            part = slice(low, low + _BATCH)
            share = way.share[part, None, None]
            yield (1 - share) * camera.pictures[way.main[part]] + share * camera.pictures[way.other[part]]

    return camera.rate, _lit(pictures(), camera.rate, seconds, rng)


def _lit(batches: Iterable[Levels], rate: float, seconds: float, rng: np.random.Generator) -> Iterator[Pictures]:
    """Yield pictures in light that drifts, under the noise of a sensor."""
    bank = rng.normal(0, rng.uniform(1.0, 2.5), (_BANK, HEIGHT + 16, WIDTH + 16)).astype(np.float32)
    knots = rng.uniform(-DRIFT, DRIFT, max(3, round(seconds / 600) + 1))
    done = 0
    for batch in batches:
        times = (done + np.arange(len(batch))) / rate
        light = 1 + np.interp(times, np.linspace(0, seconds, len(knots)), knots)
        answer = batch * light[:, None, None].astype(np.float32)
        for k, (which, down, across) in enumerate(rng.integers(0, (_BANK, 16, 16), (len(batch), 3))):
            answer[k] += bank[which, down : down + HEIGHT, across : across + WIDTH]
        done += len(batch)
        yield np.clip(answer + 0.5, 0, 255).astype(np.uint8)


# Cameras that are drawn


@dataclass(frozen=True, eq=False)
class Road:
    """A road. points: (k, 2) rows and columns that it leads through. sizes: heights of a body at its two ends, in
    pixels. pace: pixels a second. every: mean seconds between two bodies. halts: share of the bodies that halt."""

    points: Levels
    sizes: tuple[float, float]
    pace: float
    every: float
    halts: float


@dataclass(frozen=True, eq=False)
class Passer:
    """A body on a road. times: (m,) seconds, at which it is at the share `along` (m,) of the road, to the side of it by
    `aside` pixels. texture, cover: as of planted.drawn, of the larger of its two sizes."""

    road: Road
    times: Levels
    along: Levels
    aside: float
    texture: Levels
    cover: Levels


def scene(rng: np.random.Generator) -> tuple[Levels, Levels, list[Road]]:
    """Return the background of a drawn camera, how far each pixel of it is leaves, both (height, width), and roads."""
    rows = np.mgrid[:HEIGHT, :WIDTH][0]
    grain = ndimage.gaussian_filter(rng.normal(0, 1, (HEIGHT, WIDTH)), 1.2)
    back = 95 + 45 * rows / HEIGHT + 14 * grain / grain.std()
    for _ in range(int(rng.integers(3, 8))):
        top, left = rng.integers(0, HEIGHT * 2 // 3), rng.integers(0, WIDTH - 10)
        back[top : top + rng.integers(8, 40), left : left + rng.integers(8, 45)] += rng.uniform(-45, 45)
    roads = []
    for _ in range(int(rng.integers(1, 4))):
        begin, end = rng.uniform(0.3, 0.95, 2) * HEIGHT
        middle = (rng.uniform(0.3, 0.95) * HEIGHT, rng.uniform(0.35, 0.65) * WIDTH)
        points = np.array([(begin, -12.0), middle, (end, WIDTH + 12.0)], np.float32)
        sizes = tuple(float(4 + 12 * at / HEIGHT) for at in (begin, end))
        back[_near(points) < 5] = rng.uniform(60, 150)
        way = points[::-1] if rng.integers(2) else points
        scale = sizes if way is points else sizes[::-1]
        pace, every = float(rng.uniform(14, 45)), float(rng.uniform(5, 25))
        roads.append(Road(way, (scale[0], scale[1]), pace, every, float(rng.uniform(0, 0.2))))
    wood = ndimage.gaussian_filter(rng.normal(0, 1, (HEIGHT, WIDTH)), 14)
    leaves = np.clip((wood - np.quantile(wood, rng.uniform(0.7, 0.95))) / wood.std() * 4, 0, 1) * (rows < HEIGHT * 0.6)
    return np.clip(back, 20, 235).astype(np.float32), leaves.astype(np.float32), roads


def _near(points: Levels) -> Levels:
    """Return how far each pixel is from a line of points, in pixels."""
    along = np.linspace(0, len(points) - 1, 200)
    line = np.stack([np.interp(along, np.arange(len(points)), points[:, k]) for k in (0, 1)], 1)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    far = np.full((HEIGHT, WIDTH), np.inf)
    for down, across in line:
        far = np.minimum(far, np.hypot(rows - down, columns - across))
    return np.asarray(far, np.float32)


def passers(roads: list[Road], back: Levels, seconds: float, rng: np.random.Generator) -> list[Passer]:
    """Return who passes when."""
    answer = []
    for road in roads:
        length = float(np.hypot(*np.diff(road.points, axis=0).T).sum())
        at = -float(rng.uniform(0, length / road.pace))
        while at < seconds:
            at += float(rng.exponential(road.every))
            lasts = length / (road.pace * float(np.exp(rng.normal(0, 0.18))))
            halt = float(rng.exponential(6)) + 1 if rng.random() < road.halts else 0.0
            where = float(rng.uniform(0.45, 0.6))
            times = np.array([at, at + where * lasts, at + where * lasts + halt, at + lasts + halt])
            size = max(road.sizes) * float(np.exp(rng.normal(0, 0.12)))
            texture, cover = drawn(size, float(back.mean()), rng)
            along = np.array([0, where, where, 1.0])
            answer.append(Passer(road, times, along, float(rng.normal(0, 1.5)), texture, cover))
    return sorted(answer, key=lambda one: float(one.times[0]))


def painted(passer: Passer, at: float, picture: Levels) -> None:
    """Draw a passer where it is at a time, seconds."""
    road = passer.road
    along = float(np.interp(at, passer.times, passer.along))
    places = np.linspace(0, 1, len(road.points))
    down, across = (float(np.interp(along, places, road.points[:, k])) for k in (0, 1))
    size = float(np.interp(along, [0, 1], road.sizes)) / max(road.sizes)
    high, wide = (max(3, round(size * side)) for side in passer.texture.shape)
    # Nearest pixels are near enough at this size.
    index = np.ix_(*(np.arange(n) * m // n for n, m in zip((high, wide), passer.texture.shape, strict=True)))
    corner = np.array([down + passer.aside - high, across - wide / 2])
    top, left = np.floor(corner).astype(int)
    rows, columns = slice(max(0, top), min(HEIGHT, top + high)), slice(max(0, left), min(WIDTH, left + wide))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    inside = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
    cover = passer.cover[index][inside]
    picture[rows, columns] += cover * (passer.texture[index][inside] - picture[rows, columns])


def drawn_camera(seconds: float, seed: int) -> Shown:
    """Return the rate and the pictures of a drawn camera."""
    rng = np.random.default_rng([seed, 17])
    back, leaves, roads = scene(rng)
    people = passers(roads, back, seconds, rng)
    sway = ndimage.gaussian_filter(rng.normal(0, 1, (64, HEIGHT, WIDTH)), (4, 1.5, 1.5), mode="wrap").astype(np.float32)
    sway *= 9 / sway.std()
    sky = ndimage.gaussian_filter(rng.normal(0, 1, (HEIGHT, 2400)), (30, 60), mode="wrap").astype(np.float32)
    sky = np.clip(sky / sky.std(), 0, 2) * float(rng.uniform(0, 0.12))
    wind = np.abs(np.cumsum(rng.normal(0, 0.25, round(seconds) + 2)) % 4 - 2)

    def pictures() -> Iterator[Levels]:
        begun, here = 0, list[Passer]()
        for low in range(0, round(seconds * RATE), _BATCH):
            batch = np.empty((min(_BATCH, round(seconds * RATE) - low), HEIGHT, WIDTH), np.float32)
            for k in range(len(batch)):
                at = (low + k) / RATE
                while begun < len(people) and people[begun].times[0] <= at:
                    here.append(people[begun])
                    begun += 1
                here = [one for one in here if one.times[-1] > at]
                batch[k] = back + float(np.interp(at, np.arange(len(wind)), wind)) * leaves * sway[(low + k) // 2 % 64]
                for one in here:
                    painted(one, at, batch[k])
                shift = int(at * 1.5) % (sky.shape[1] - WIDTH)
                batch[k] *= 1 - sky[:, shift : shift + WIDTH]
            yield batch

    return RATE, _lit(pictures(), RATE, seconds, rng)


# Files


def write(kind: str, name: str, shown: Shown, baseline: float, folder: Path) -> Recording:
    """Encode a camera, unless it is there, and return what is known of it."""
    path = folder / f"{kind}.{name}.mp4"
    if not path.exists():
        encode(shown[1], shown[0], path, QUALITY)
    return Recording(path.name, kind, _seconds(path), baseline)


def _seconds(path: Path) -> float:
    return footage(path, (16, 16)).seconds


def joined(parts: list[tuple[Path, float]], baseline: float, folder: Path, name: str) -> Recording:
    """Encode videos one after the other, at RATE, each up to so many seconds."""
    path = folder / f"joined.{name}.mp4"
    joints, pictures = [0.0], []
    for part, most in parts:
        one = footage(part, (WIDTH, HEIGHT))
        shown = one.pictures[np.arange(0, min(len(one.pictures), one.frame(most)), one.rate / RATE).astype(int)]
        joints.append(joints[-1] + len(shown) / RATE)
        pictures.append(shown)
    if not path.exists():
        encode(pictures, RATE, path, QUALITY)
    return Recording(path.name, "joined", joints[-1], baseline, tuple(joints[1:-1]))


def recordings(
    media: Path, folder: Path, minutes: float, kinds: tuple[str, ...], seeds: Sequence[int] = DRAWN
) -> Iterator[Recording]:
    """Yield the recordings of these kinds, made where they are not there yet. seeds: of drawn cameras."""
    seconds, baseline = 60 * minutes, min(600.0, 15 * minutes)
    if "real" in kinds:
        for name in FIXED:
            camera = footage(media / name, (WIDTH, HEIGHT))
            yield write("real", camera.name, (camera.rate, iter([camera.pictures])), camera.seconds / 2, folder)
    if "made" in kinds:
        for name in MADE:
            target = folder / f"made.{Path(name).stem}.mp4"
            shown = (RATE, iter(())) if target.exists() else made(media / name, seconds, baseline, 1)
            yield write("made", Path(name).stem, shown, baseline, folder)
    if "drawn" in kinds:
        for seed in seeds:
            yield write("drawn", str(seed), drawn_camera(seconds, seed), baseline, folder)
    if "joined" in kinds:
        clips = [(media / name, 120.0) for name in ("fixed_indoor_people_139s.mp4", "mouse.mp4", "head.mp4")]
        yield joined(clips, 50.0, folder, "clips")
        cameras = [f"drawn.{DRAWN[0]}", f"made.{Path(MADE[1]).stem}", f"drawn.{DRAWN[1]}", f"made.{Path(MADE[2]).stem}"]
        longer = [(folder / f"{name}.mp4", 15 * minutes) for name in cameras]
        if all(path.exists() for path, _ in longer):
            yield joined(longer, 5 * minutes, folder, "cameras")
    for name in MOVING if "moving" in kinds else ():
        seconds = _seconds(media / name)
        yield Recording(name, "moving", seconds, min(60.0, seconds / 2))


def main() -> None:
    """Make the footage that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, required=True, help="the folder of the clips")
    parser.add_argument("--work", type=Path, required=True, help="where the videos go")
    parser.add_argument("--minutes", type=float, default=60.0, help="length of a camera that is made or drawn")
    parser.add_argument("--only", nargs="+", default=KINDS, metavar="KIND")
    parser.add_argument("--drawn", nargs="+", type=int, default=DRAWN, metavar="SEED", help="seeds of drawn cameras")
    parser.add_argument("--sheets", type=Path, help="write pictures of the videos there")
    words = parser.parse_args()
    words.work.mkdir(parents=True, exist_ok=True)
    known = {}
    for one in recordings(words.media, words.work, words.minutes, tuple(words.only), words.drawn):
        known[one.name] = asdict(one)
        print(f"{one.name}: {one.seconds / 60:.1f} min, {one.held / 60:.1f} held out", flush=True)
        if words.sheets:
            words.sheets.mkdir(parents=True, exist_ok=True)
            place = (words.media if one.kind == "moving" else words.work) / one.name
            seen = footage(place, (WIDTH, HEIGHT)).pictures
            middle = len(seen) // 2
            spread = np.linspace(0, len(seen) - 1, 24).astype(int)
            close = np.clip(middle + 5 * np.arange(24), 0, len(seen) - 1)
            sheet(seen[np.concatenate([spread, close])], 12, words.sheets / f"{one.name}.png")
    listed = words.work / "honest.json"
    before = json.loads(listed.read_text(encoding="utf-8")) if listed.exists() else {}
    listed.write_text(json.dumps(before | known, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
