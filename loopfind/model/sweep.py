"""The nouns of a sweep over hash sizes."""

from dataclasses import dataclass

from loopfind.model.video import Loss, Source, Span
from loopfind.settings import SweepSettings


@dataclass(frozen=True)
class SizeScores:
    """Scores of one hash size on one video.

    buckets: hash values shared by two or more frames. mean, spread (standard deviation), largest: frames in a bucket.
    clusters: buckets that hold separate moments. confused: share of the moving frames whose hash is that of the frame
    before. precision: share of the pairs of moments in one bucket that the engine confirmed to show one moment; None
    where nothing is confirmed, or no two moments share a bucket. recall: share of the confirmed pairs of frames that
    share a bucket; None where nothing is confirmed.
    """

    buckets: int
    mean: float
    spread: float
    largest: int
    clusters: int
    confused: float
    precision: float | None
    recall: float | None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; 0 where no moments share a bucket, None where nothing is
        confirmed."""
        if self.recall is None:
            return None
        total = (self.precision or 0.0) + self.recall
        return 2 * (self.precision or 0.0) * self.recall / total if total else 0.0


@dataclass(frozen=True)
class Size:
    """One row of a sweep. width: bytes of a code. seconds: what hashing took of one core's time."""

    kind: str
    hash_size: int
    width: int
    seconds: float
    scores: SizeScores


@dataclass(frozen=True)
class Advice:
    """A hash size to take, and why. as_good: (kind, hash size) of all that do as well, itself among them."""

    kind: str
    hash_size: int
    reason: str
    as_good: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Sweep:
    """The answer to one sweep.

    windows: what was read, None for all of it. repeats: how many the engine confirmed. pairs: pairs of frames that
    they confirm and that equal hashes could show. advice: None where there is nothing to tune on.
    """

    source: Source
    settings: SweepSettings
    windows: tuple[Span, ...] | None
    repeats: int
    pairs: int
    sizes: tuple[Size, ...]
    advice: Advice | None
    losses: tuple[Loss, ...] = ()
