"""How gaps are given."""

from typing import Annotated

from pydantic import Field

from api.answers import Page
from api.shapes import Shape, Time

Cause = Annotated[
    str,
    Field(
        description="The likely reason: `down` the platform did not run, `cut` the connection was cut, `radio` the "
        "server does not hold the frames either, `silent` the device was not heard by anybody, `unknown`."
    ),
]
State = Annotated[
    str,
    Field(
        description="`open` frames may still come, `repaired` all have come, `lost` the rest will not come, `outside` "
        "older than the server keeps messages, `over` a silence in which nothing was missed."
    ),
]
Missing = Annotated[int, Field(description="Frames missing when it was found; of a silence, those to be expected.")]
Repaired = Annotated[int, Field(description="How many of them have come since.")]


class Gap(Shape):
    """Frames of a device that are missing between two times."""

    device: str
    application: str
    start: Annotated[Time, Field(alias="from", description="When the last frame before it was heard.")]
    until: Annotated[Time | None, Field(alias="to", description="When the next one was; null while it lasts.")]
    missing: Missing
    repaired: Repaired
    cause: Cause
    state: State
    gaps: Annotated[int, Field(description="How many it stands for: those by radio of one day are given as one.")]
    found: Time


class GapCount(Shape):
    """Gaps of an application, by cause and state."""

    application: str
    cause: Cause
    state: State
    gaps: int
    missing: Missing
    repaired: Repaired


class GapPage(Page[Gap]):
    """Gaps, the newest first."""


class GapCountPage(Page[GapCount]):
    """Counts of gaps."""
