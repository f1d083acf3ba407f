"""What every route is given, and how it describes what it answers."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from api import examples
from api.answers import CSV, GEOJSON, JSON, Page, columns, csv_text
from api.problems import documented
from api.times import Stamps
from queries.bundle import Queries
from queries.silence import is_silent
from smartregion.model import Device
from smartregion.quantities import QUANTITIES


@dataclass(frozen=True, slots=True)
class Desk:
    """The questions, and how times are written."""

    queries: Queries
    stamps: Stamps

    def device_status(self, device: Device) -> str:
        """new, silent or active."""
        if device.last_seen is None:
            return "new"
        return "silent" if is_silent(device, self.queries.clock.now()) else "active"


def unit_of(quantity: str) -> str:
    """UCUM code of a quantity; `1` for one that the vocabulary does not know (any more)."""
    known = QUANTITIES.get(quantity)
    return known.unit if known else "1"


def described(model: type[BaseModel], *errors: int, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """The answers of a route: an example of the model, and its errors."""
    example = examples.OF[model]
    content: dict[str, Any] = {JSON: {"example": example}}
    if issubclass(model, Page) and "next" in example:
        content[CSV] = {"schema": {"type": "string"}, "example": csv_text(columns(model), example["items"])}
    return {status: {"description": model.__doc__ or "", "content": content}, **documented(422, *errors)}


def with_geojson(responses: dict[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    """The same answers, also as GeoJSON."""
    responses[200]["content"][GEOJSON] = {"schema": {"type": "object"}, "example": examples.FEATURES}
    return responses
