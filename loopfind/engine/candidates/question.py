"""Questions: the kinds of copy that are looked for one after another, and the codes that answer them."""

from dataclasses import dataclass

from numpy import bool_
from numpy.typing import NDArray

from loopfind.engine.candidates.parameters import SHIFT_LAG_WIDTH, SPEED_LAG_WIDTH
from loopfind.model.candidate import same_speed
from loopfind.model.dtypes import Words
from loopfind.model.transform import PLAIN, Transform


@dataclass(frozen=True)
class Question:
    """A kind of copy that is looked for.

    slope: seconds of the copy per second of the original, negative where the copy runs backwards. view: what was done
    to the picture of one occurrence to make the other's. viewed_first: whether the second occurrence is the changed
    one, so that the first is transformed before they are compared.
    """

    slope: float = 1.0
    view: Transform = PLAIN
    viewed_first: bool = False

    @property
    def is_plain(self) -> bool:
        """True where a copy is the original shown later, unchanged."""
        return same_speed(self.slope) and self.view.plain

    @property
    def is_backwards(self) -> bool:
        """True where a copy runs backwards."""
        return self.slope < 0

    def lag_width(self, step: float) -> float:
        """Return the width of a bin of lags in seconds. step: seconds between frames."""
        return step * (SHIFT_LAG_WIDTH if same_speed(self.slope) else SPEED_LAG_WIDTH)


@dataclass(frozen=True)
class FrameCodes:
    """Codes by which two occurrences are compared.

    first, second: (n,) uint64, the code of each frame as it is in a first and in a second occurrence; the same array
    where nothing is changed. usable: (n,) bool, frames whose codes mean anything.
    """

    first: Words
    second: Words
    usable: NDArray[bool_]
