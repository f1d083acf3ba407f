"""How alarms are given."""

from typing import Annotated

from pydantic import Field

from api.answers import Page
from api.shapes import Shape, Time, Unit
from smartregion.alarms import AlarmKind


class Alarm(Shape):
    """Something that was, or is, wrong."""

    id: int
    kind: Annotated[str, Field(description=", ".join(AlarmKind))]
    subject: Annotated[str, Field(description="Device, application, or part of the platform; empty: the platform.")]
    begin: Annotated[Time, Field(alias="from")]
    end: Annotated[Time | None, Field(alias="to", description="null while it lasts.")]
    value: Annotated[float | None, Field(description="How bad it is; the last that was known.")]
    unit: Unit
    text_de: str
    text_en: str


class AlarmPage(Page[Alarm]):
    """Alarms, the one raised last first."""
