"""Answers as JSON or as CSV (RFC 4180), whichever was asked for."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

JSON: Final = "application/json"
CSV: Final = "text/csv"
GEOJSON: Final = "application/geo+json"
_BY_NAME: Final = {"json": JSON, "csv": CSV, "geojson": GEOJSON}

Item = TypeVar("Item", bound=BaseModel)


class Page(BaseModel, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    next: str | None = None
    """Where the next page begins; null on the last one."""


def media_type(request: Request, wanted: str | None) -> str:
    """What to answer with: the parameter decides, then the Accept header's first type that is known, then JSON."""
    if wanted:
        return _BY_NAME[wanted]
    accepted = (each.partition(";")[0].strip().lower() for each in request.headers.get("accept", "").split(","))
    return next((each for each in accepted if each in _BY_NAME.values()), JSON)


def answer(request: Request, wanted: str | None, page: Page[Item]) -> Response:
    """The page; as CSV the way to the next one is in the Link header."""
    if media_type(request, wanted) != CSV:
        return as_json(page)
    rows = (each.model_dump(by_alias=True) for each in page.items)
    response = Response(csv_text(columns(type(page)), rows), media_type=f"{CSV}; charset=utf-8; header=present")
    if page.next is not None:
        following = request.url.include_query_params(cursor=page.next)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return response


def as_json(model: BaseModel) -> Response:
    """One thing as JSON."""
    return Response(model.model_dump_json(by_alias=True), media_type=JSON)


def columns(page: type[Page[Item]]) -> list[str]:
    """Columns of a list's CSV."""
    item = page.model_fields["items"].annotation
    model: type[BaseModel] = item.__args__[0]  # type: ignore[union-attr]  # pydantic keeps list[Item] as annotation
    return [field.alias or name for name, field in model.model_fields.items()]


def csv_text(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV with a header: attributes as `name=value`, several values in one field divided by semicolons."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_field(row[name]) for name in names] for row in rows)
    return text.getvalue()


def _field(value: object) -> object:
    if isinstance(value, Mapping):
        return ";".join(f"{name}={each}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ";".join(str(each) for each in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value
