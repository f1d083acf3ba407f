"""An example of everything the API gives, for its description."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from api import alarm_shapes, gap_shapes, quarantine_shapes, shapes

TIME: Final = "2026-11-22T19:15:00+01:00"
ALARM: Final = {
    "id": 12,
    "kind": "silent device",
    "subject": "county-water.w1-0042",
    "from": "2026-11-22T15:02:30+01:00",
    "to": None,
    "value": 4.2,
    "unit": "1",
    "text_de": "county-water.w1-0042: 4 Sendeabstände ohne Nachricht",
    "text_en": "county-water.w1-0042: 4 intervals without a message",
}
GAP: Final = {
    "device": "county-water.w1-0042",
    "application": "county-water",
    "from": "2026-11-22T18:15:00+01:00",
    "to": TIME,
    "missing": 3,
    "repaired": 2,
    "cause": "cut",
    "state": "open",
    "gaps": 1,
    "found": "2026-11-22T19:15:08+01:00",
}
GAP_COUNT: Final = {
    "application": "county-water",
    "cause": "cut",
    "state": "repaired",
    "gaps": 412,
    "missing": 1310,
    "repaired": 1310,
}
POINT: Final = {
    "id": "town-hall-water",
    "name": "Town hall, main water meter",
    "tenant": "musterstadt",
    "domain": "water",
    "site": "town-hall",
    "site_name": "Town hall",
    "latitude": 50.1234,
    "longitude": 10.2345,
    "altitude": None,
    "status": "active",
    "last_seen": TIME,
    "devices": ["county-water.w1-0042"],
}
DEVICE: Final = {
    "id": "county-water.w1-0042",
    "application": "county-water",
    "device_id": "w1-0042",
    "dev_eui": "70B3D5A1B2C3D4E5",
    "brand": "axioma",
    "model": "qalcosonic-w1",
    "firmware": "",
    "hardware": "",
    "first_seen": "2026-10-01T08:00:12.125+02:00",
    "last_seen": TIME,
    "interval_seconds": 3600.0,
    "status": "active",
    "point": "w1-0042",
}
NEWEST: Final = {
    "point": "town-hall-water",
    "device": "county-water.w1-0042",
    "quantity": "water.volume_total",
    "attributes": {},
    "tenant": "musterstadt",
    "site": "town-hall",
    "domain": "water",
    "time": TIME,
    "value": 1284350.0,
    "unit": "L",
}
ASSIGNMENT: Final = {
    "id": 7,
    "device": "county-water.w1-0042",
    "point": "town-hall-water",
    "from": "2026-10-01T00:00:00+02:00",
    "until": None,
    "quantities": [],
    "attributes": {},
    "parameters": {},
}
READING: Final = {
    "time": TIME,
    "value": 1284350.0,
    "unit": "L",
    "quantity": "water.volume_total",
    "device": "county-water.w1-0042",
    "attributes": {},
}
FIGURE: Final = {
    "group": "musterstadt",
    "from": "2026-10-25T00:00:00+02:00",
    "to": "2026-10-26T00:00:00+01:00",
    "value": 4210.5,
    "unit": "L",
    "quantity": "water.volume_total",
    "fn": "increase",
    "points": 1,
    "readings": 25,
    "coverage": 1.0,
    "expected": 25,
    "received": 25,
    "longest_gap_seconds": 3604.2,
    "provisional": False,
    "first": 1280140.0,
    "last": 1284350.0,
    "rules": ["interpolated"],
}
QUANTITY: Final = {
    "name": "water.volume_total",
    "unit": "L",
    "kind": "counter",
    "domains": ["water"],
    "low": 0.0,
    "high": 1e12,
    "additive": True,
    "label_de": "Wasser, Zählerstand",
    "label_en": "Water, register",
    "symbol": "m³",
    "display_factor": 0.001,
    "obis": "8-0:1.0.0",
}
LEDGER: Final = {
    "application": "county-water",
    "day": "2026-11-22",
    "received": 1024,
    "stored": 1000,
    "ignored": 3,
    "quarantined": 1,
    "queued": 0,
    "duplicate": 20,
}
CAUSE: Final = {"application": "county-water", "state": "quarantined", "cause": "no decoder", "messages": 1}
BACKFILL: Final = {
    "application": "county-water",
    "state": "running",
    "done": 1200,
    "total": 4800,
    "from": "2026-10-23T19:00:00+02:00",
    "to": "2026-11-22T19:00:00+01:00",
    "complete_until": None,
}
TENANT: Final = {"key": "musterstadt", "name": "Musterstadt", "ags": "", "latitude": 50.1, "longitude": 10.2}
SITE: Final = {
    "id": "town-hall",
    "tenant": "musterstadt",
    "name": "Town hall",
    "latitude": 50.1234,
    "longitude": 10.2345,
    "altitude": None,
}
MESSAGE: Final = {
    "key": "98bca1c6d9ac5a008f1e2d3cb4a5968778695a4b",
    "device": "county-water.w1-0042",
    "time": TIME,
    "state": "stored",
    "cause": "",
    "decoder": "axioma/qalcosonic-w1 1.0.0",
    "source": "mqtt",
    "topic": "v3/county-water@county/devices/w1-0042/up",
    "arrived_at": "2026-11-22T19:15:00.412+01:00",
    "text": '{"end_device_ids": {"device_id": "w1-0042"}, "uplink_message": {"f_port": 100}}',
}
QUARANTINE_GROUP: Final = {
    "id": "0d4f2a9be317",
    "application": "county-water",
    "cause": "decoder failed",
    "words": "item … at byte … is cut short",
    "messages": 12,
    "first": "2026-11-20T07:15:00+01:00",
    "last": TIME,
    "example": MESSAGE["key"],
}
QUARANTINED: Final = {
    "key": MESSAGE["key"],
    "application": "county-water",
    "device": "county-water.w1-0042",
    "time": TIME,
    "day": "2026-11-22",
    "cause": "decoder failed",
    "detail": "item 0367 at byte 0 is cut short",
    "group": "0d4f2a9be317",
    "decoder": "axioma/qalcosonic-w1 1.0.0",
    "source": "mqtt",
    "topic": MESSAGE["topic"],
    "arrived_at": MESSAGE["arrived_at"],
    "f_port": 100,
    "payload_hex": "0367",
}
QUARANTINE_DISCARDS: Final = {
    "at": TIME,
    "reason": "a device of the installer, not ours",
    "application": "county-water",
    "cause": "no decoder",
    "messages": 3,
}
QUARANTINE_WORK: Final = {
    "act": "retry",
    "reason": "",
    "state": "complete",
    "why": "",
    "total": 12,
    "done": 12,
    "stored": 11,
    "ignored": 0,
    "stayed": 1,
    "held": 0,
    "discarded": 0,
}
FEATURES: Final = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": "town-hall-water",
            "geometry": {"type": "Point", "coordinates": [10.2345, 50.1234]},
            "properties": {
                "name": "Town hall, main water meter",
                "tenant": "musterstadt",
                "domain": "water",
                "status": "active",
                "latest": [NEWEST],
            },
        }
    ],
}
LIVE: Final = (
    "retry: 2000\n\n"
    "event: reading\n"
    'data: {"point":"town-hall-water","device":"county-water.w1-0042","tenant":"musterstadt","domain":"water",'
    '"time":"2026-11-22T19:15:00+01:00","values":[{"quantity":"water.volume_total","attributes":{},'
    '"time":"2026-11-22T19:15:00+01:00","value":1284350.0,"unit":"L"}]}\n\n'
)


def _page(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"items": [dict(item)], "next": None}


OF: Final[Mapping[type[BaseModel], Mapping[str, Any]]] = {
    shapes.PointPage: _page(POINT),
    shapes.PointDetail: {**POINT, "served_by": [DEVICE], "assignments": [ASSIGNMENT], "latest": [NEWEST]},
    shapes.DevicePage: _page(DEVICE),
    shapes.NewestPage: _page(NEWEST),
    shapes.ReadingPage: {"items": [READING], "next": "WzE3OTU2XQ"},
    shapes.FigurePage: _page(FIGURE),
    shapes.QuantityPage: _page(QUANTITY),
    shapes.LedgerPage: _page(LEDGER),
    shapes.CausePage: _page(CAUSE),
    shapes.BackfillPage: _page(BACKFILL),
    alarm_shapes.AlarmPage: _page(ALARM),
    gap_shapes.GapPage: _page(GAP),
    gap_shapes.GapCountPage: _page(GAP_COUNT),
    shapes.TenantPage: _page(TENANT),
    shapes.SitePage: _page(SITE),
    shapes.RawMessagePage: _page(MESSAGE),
    quarantine_shapes.QuarantinePage: _page(QUARANTINED),
    quarantine_shapes.QuarantineGroupPage: _page(QUARANTINE_GROUP),
    quarantine_shapes.QuarantineDiscardsPage: _page(QUARANTINE_DISCARDS),
    quarantine_shapes.QuarantinedDetail: {**QUARANTINED, "text": MESSAGE["text"]},
    quarantine_shapes.QuarantineWork: QUARANTINE_WORK,
    shapes.Health: {"status": "ok"},
    shapes.Readiness: {"status": "ready", "journal": "ok", "registry": "ok", "store": "ok"},
    shapes.Assignment: ASSIGNMENT,
    shapes.Appended: {"received": 500},
    shapes.Started: {"application": "county-water", "from": "2026-11-01T00:00:00+01:00", "to": None},
}
