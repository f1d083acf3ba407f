"""Times that a device states by its own clock."""

from typing import Final

from smartregion.clock import DAY, SECOND
from smartregion.model import Decoded

TOLERANCE: Final = 1 * DAY


def doubt(seconds: int, received_at: int) -> str:
    """Why a device's "now" can't be right (its clock was never set, or ran away); empty when it may be."""
    off = seconds * SECOND - received_at
    if abs(off) <= TOLERANCE:
        return ""
    return f"the device's clock is {off / DAY:+.1f} days off; the time of the frame is used"


def now(seconds: int, received_at: int) -> tuple[int | None, tuple[str, ...]]:
    """Time for readings taken at a device's "now" (None: the frame's), and the warning if there is one."""
    why = doubt(seconds, received_at)
    return (None, (why,)) if why else (seconds * SECOND, ())


def warned(warnings: tuple[str, ...], decoded: Decoded) -> Decoded:
    """The same with warnings before its own."""
    return Decoded(decoded.readings, warnings + decoded.warnings) if warnings else decoded
