"""Query parameters that many routes share. An unknown one is refused, or a typo would silently ask for everything."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.problems import wrong
from smartregion.model import Attributes

Format = Literal["json", "csv"]
FORMAT_WORDS = "How to answer; the Accept header decides where this is left out."
Cursor = Annotated[str, Field(description="The `next` of the page before.", max_length=2000)]
Attribute = Annotated[
    tuple[str, ...], Field(description="`name:value`; repeat it to narrow down further.", examples=[["phase:L1"]])
]


class Asked(BaseModel):
    """The base of all query parameters: nothing else may be there."""

    model_config = ConfigDict(extra="forbid")


class Formatted(Asked):
    """A list that also comes as CSV."""

    format: Annotated[Format | None, Field(description=FORMAT_WORDS)] = None


class Paged(Formatted):
    """A list in pages."""

    limit: Annotated[int, Field(ge=1, le=1000, description="Items on a page.")] = 100
    cursor: Cursor = ""


def encode(*parts: object) -> str:
    """A cursor of these parts."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decode(cursor: str, *kinds: type) -> list[object] | None:
    """The parts of a cursor, None where there is none. Raises Refusal when it is none of ours."""
    if not cursor:
        return None
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        parts = None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(kinds):
        raise wrong("query parameter 'cursor'", "is not one that this list gave; leave it out to begin at the start")
    return parts


def attributes_of(texts: Sequence[str]) -> Attributes:
    """`name:value` texts as attributes. Raises Refusal."""
    found: dict[str, str] = {}
    for text in texts:
        name, colon, value = text.partition(":")
        if not colon or not name or found.setdefault(name, value) != value:
            raise wrong("query parameter 'attribute'", f"is {text[:40]!r}; write name:value, each name once")
    return tuple(sorted(found.items()))
