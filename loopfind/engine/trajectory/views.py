"""Views: whether two pictures show the same scene, and whether in the same light."""

import numpy as np

from loopfind.engine.trajectory.light import Background, Grey
from loopfind.engine.trajectory.motion import block_levels
from loopfind.engine.trajectory.parameters import AWAY, NOT_BACKGROUND, SAME_EDGES


def differ(one: Grey, other: Grey) -> bool:
    """Return whether two pictures (64, 64) differ in most blocks, gain and offset aside."""
    return unlike(one, other) > AWAY


def unlike(one: Grey, other: Grey) -> float:
    """Return the share of the blocks in which a picture differs from another one, gain and offset aside."""
    differences = Background(one).differences(other[None])
    return float((block_levels(differences) > NOT_BACKGROUND).mean())


def same_scene(one: Grey, other: Grey) -> bool:
    """Return whether two pictures (64, 64) have the same edges, so that only the light differs."""
    edges = [
        np.concatenate([np.diff(picture, axis=0).ravel(), np.diff(picture, axis=1).ravel()]) for picture in (one, other)
    ]
    centred = [edge - edge.mean() for edge in edges]
    sizes = [float(np.sqrt((edge * edge).sum())) for edge in centred]
    if min(sizes) <= 0:
        return False
    return float(centred[0] @ centred[1]) / (sizes[0] * sizes[1]) >= SAME_EDGES
