"""One point: what it is, what it measured last, what its devices sent."""

import json
from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass
from typing import Final

from console.fleet import Row
from queries.bundle import Queries
from queries.messages import RawMessage
from smartregion.model import Assignment, Device
from smartregion.quantities import QUANTITIES, Kind

MESSAGES: Final = 20
LONGEST: Final = 20_000
"""Characters of one message that are shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A raw message as text."""

    time: int
    state: str
    cause: str
    decoder: str
    source: str
    text: str
    hex: str


@dataclass(frozen=True, slots=True)
class PointPage:
    """All that the page shows."""

    row: Row
    choices: tuple[str, ...]
    """Quantities the chart can show, the headline first."""
    devices: tuple[Device, ...]
    assignments: tuple[Assignment, ...]
    messages: tuple[Shown, ...]


def point_page(row: Row, queries: Queries) -> PointPage:
    """Put the page together. Raises Unavailable."""
    raws = queries.messages.of_devices(row.devices, limit=MESSAGES)
    assignments = queries.registry.assignments(point=row.id)
    return PointPage(
        row=row,
        choices=tuple(_choices(row)),
        devices=row.devices,
        assignments=tuple(sorted(assignments, key=lambda assignment: -assignment.start)),
        messages=tuple(_shown(raw) for raw in raws),
    )


def _choices(row: Row) -> list[str]:
    names = dict.fromkeys([row.headline.quantity] if row.headline else [])
    names |= dict.fromkeys(value.quantity for value in row.values)
    return [name for name in names if name in QUANTITIES and QUANTITIES[name].kind is not Kind.EVENT]


def _shown(raw: RawMessage) -> Shown:
    text, payload = _readable(raw.text)
    return Shown(raw.time, raw.state.value, raw.cause, raw.decoder, raw.source, text, payload)


def _readable(text: str | None) -> tuple[str, str]:
    """A message as indented JSON, else as it is; and its payload bytes as hex. Both empty when it is gone."""
    try:
        parsed = json.loads(text or "")
    except (ValueError, RecursionError):
        return (text or "")[:LONGEST], ""
    return json.dumps(parsed, indent=2, ensure_ascii=False)[:LONGEST], _payload_hex(parsed)


def _payload_hex(parsed: object) -> str:
    uplink = parsed.get("uplink_message") if isinstance(parsed, dict) else None
    written = uplink.get("frm_payload") if isinstance(uplink, dict) else None
    if not isinstance(written, str):
        return ""
    try:
        return b64decode(written, validate=True).hex(" ")
    except (NotBase64, ValueError):
        return ""
