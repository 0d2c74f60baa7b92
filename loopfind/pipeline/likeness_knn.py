"""The nearest neighbours of labelled files: how often likeness finds files of the same class."""

from collections.abc import Callable

from loopfind.comparison.nearest_scores import nearest_scores
from loopfind.errors import BadSetting
from loopfind.model.comparison import Failure
from loopfind.model.knn import NearestScores
from loopfind.model.likeness import Appearance
from loopfind.model.video import Watch
from loopfind.pipeline.appearances import eye_of
from loopfind.pipeline.inputs import each
from loopfind.pipeline.labels import read_labels
from loopfind.settings import KnnSettings


def evaluate_knn(
    labels: str,
    settings: KnnSettings = KnnSettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> NearestScores:
    """Return how often the nearest files are of the same class, by a table of labels. Nothing is kept.

    Raises BadSetting, also for labels that cannot be used, and MissingExtra.
    """
    counts = tuple(sorted(set(settings.counts)))
    if not counts or counts[0] < 1:
        raise BadSetting("the number of neighbours", counts[0] if counts else "none", "it takes 1 or more")
    if settings.by == "bag":
        raise BadSetting("the way to be alike", "bag", "a codebook is of a library: take another way here")
    wanted, eye = read_labels(labels), eye_of(settings)

    def look(path: str, *_: object) -> tuple[Appearance, float]:
        return eye.look(path), 0.0

    seen = each([(label.path, False) for label in wanted], look, settings.jobs, watch, log)
    held = [(label, one) for label, one in zip(wanted, seen, strict=True) if isinstance(one, Appearance)]
    failures = tuple(one for one in seen if isinstance(one, Failure))
    classes, groups = [label.name for label, _ in held], [label.group for label, _ in held]
    if not held:
        raise BadSetting("the labels", labels, f"none of its {len(wanted)} files can be looked at: {failures[0].what}")
    scores, each_class, judged = nearest_scores([one for _, one in held], classes, groups, counts)
    if not judged:
        raise BadSetting("the labels", labels, "no class has files of two groups that can be looked at")
    return NearestScores(eye.key, len(held), len(set(groups)), judged, scores, each_class, failures)
