"""Exhibits of a trajectory: pictures of its moments, to be looked at beside the path."""

from dataclasses import dataclass, field

import numpy as np

from loopfind.model.dtypes import Floats
from loopfind.model.exhibits import Origin


@dataclass(frozen=True)
class TrajectoryExhibits:
    """Pictures of moments. times: (n,) seconds, rising. shots: as many JPEG files. origin: None for what is no file."""

    times: Floats = field(default_factory=lambda: np.zeros(0))
    shots: tuple[bytes, ...] = ()
    origin: Origin | None = None
