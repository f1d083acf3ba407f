"""The double's HTTP replies beside those captured from a real server of version 3.32.1 (data/replies.json)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.double.accounts import (
    DEVICES_READ,
    READING_RIGHTS,
    TRAFFIC_READ,
    ApiKey,
    Application,
    RegisteredDevice,
    new_key,
)
from simulator.double.server import Double, Setup
from smartregion.model import Place, Profile

CASES = json.loads((Path(__file__).parent / "data" / "replies.json").read_text(encoding="utf-8"))

UNKNOWN = ApiKey("A" * 39, "B" * 52)
KEYS = {
    "all": new_key(READING_RIGHTS),
    "devices key": new_key([DEVICES_READ], "devices lesen"),
    "no devices key": new_key([TRAFFIC_READ]),
    "no info key": new_key([TRAFFIC_READ]),
}
FOREIGN = new_key()
HEADERS = {
    **{name: f"Bearer {key.text}" for name, key in KEYS.items()},
    "foreign": f"Bearer {FOREIGN.text}",
    "unknown id": f"Bearer {UNKNOWN.text}",
    "wrong secret": f"Bearer NNSXS.{KEYS['all'].id}.{UNKNOWN.secret}",
    "rubbish": "Bearer geheim",
}
PLAIN = [
    "alt-11",
    "cayenne-06",
    "fehler-07",
    "gps-10",
    "klima-rathaus-02",
    "neu-16",
    "norm-08",
    "otaa-12",
    "otaa-gps-14",
]
PLAIN += ["otaa-norm-15", "parkplatz-03", "passt-09", "pegel-bach-02"]
KLIMA = RegisteredDevice(
    device_id="klima-rathaus-01",
    dev_eui="24E124136B326301",
    join_eui="24E124C0002A0001",
    name="Klima Rathaus Süd – Büro 1.04",
    description="Wandmontage über der Tür, Höhe 2 m",
    attributes={"raum": "1.04", "gemeinde": "Müsterstadt", "standort": "rathaus-nord"},
    place=Place(51.31301, 9.47874, 168.0),
    profile=Profile("milesight-iot", "em300-th", "1.0", "2.0"),
)
DEVICES = [
    *(RegisteredDevice(device_id=name) for name in PLAIN),
    RegisteredDevice(device_id="abp-13", name="ABP ohne DevEUI", activated_at=1, last_seen_at=2),
    RegisteredDevice(device_id="roh-05", dev_eui="0004A30B001A2B05", name="Rohdaten"),
    KLIMA,
]
VOLATILE = {"created_at", "updated_at", "activated_at", "last_seen_at", "correlation_id", "id"}
VOLATILE |= {"public_address", "public_tls_address"}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    application = Application(
        id="umwelt-sensorik",
        name="Umwelt-Sensorik Kreis Müsterland",
        description="Übersicht über Straßen, Bäche & Gebäude",
        attributes={"amt": "Umweltamt Müsterland"},
        keys=tuple(KEYS.values()),
        devices={device.device_id: device for device in DEVICES},
    )
    other = Application(id="hochwasser", keys=(FOREIGN,))
    with Double([application, other], setup=Setup(storage=False)) as double:
        yield double.url


def _send(address: str, case: dict[str, Any]) -> httpx.Response:
    headers = {"Authorization": HEADERS[case["key"]]} if case["key"] != "none" else {}
    if case["accept"]:
        headers["Accept"] = case["accept"]
    return httpx.request(case["method"], address + case["path"], headers=headers)


def _steady(value: object) -> object:
    """The value without what differs from server to server and moment to moment."""
    if isinstance(value, dict):
        return {name: "…" if name in VOLATILE else _steady(inner) for name, inner in value.items()}
    return [_steady(inner) for inner in value] if isinstance(value, list) else value


def _comparable(body: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """The reply cut down to what the data file keeps: three devices, ids without the application, a TLS address."""
    if "public_address" in expected:
        body["public_tls_address"] = ""
    kept = {device["ids"]["device_id"] for device in expected.get("end_devices", [])}
    if kept:
        body["end_devices"] = [device for device in body["end_devices"] if device["ids"]["device_id"] in kept]
        for device in body["end_devices"]:
            assert device["ids"].pop("application_ids") == {"application_id": "umwelt-sensorik"}
    return body


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_a_reply_is_that_of_the_real_server(address: str, case: dict[str, Any]) -> None:
    reply = _send(address, case)
    assert reply.status_code == case["status"]
    assert {name: reply.headers.get(name) for name in case["headers"]} == case["headers"]
    assert _steady(_comparable(reply.json(), case["body"])) == _steady(case["body"])
    assert reply.headers["X-Request-Id"]


def test_no_device_is_listed_twice_or_left_out(address: str) -> None:
    pages = [_get(address, f"/applications/umwelt-sensorik/devices?limit=7&page={page}") for page in (1, 2, 3, 4)]
    names = [device["ids"]["device_id"] for page in pages for device in page.json().get("end_devices", [])]
    assert names == sorted(device.device_id for device in DEVICES)
    assert {page.headers["X-Total-Count"] for page in pages} == {"16"}


def test_page_0_is_page_1_and_limit_0_the_default(address: str) -> None:
    path = "/applications/umwelt-sensorik/devices"
    assert _get(address, f"{path}?page=0&limit=0").json() == _get(address, path).json()


@pytest.mark.parametrize("query", ["limit=-1", "limit=viele", "page=1.5"])
def test_what_is_no_number_gets_a_plain_400(address: str, query: str) -> None:
    reply = _get(address, f"/applications/umwelt-sensorik/devices?{query}")
    assert (reply.status_code, set(reply.json())) == (400, {"code", "message"})


def test_a_mask_may_be_a_list_or_repeated_paths(address: str) -> None:
    path = "/applications/umwelt-sensorik/devices/klima-rathaus-01"
    repeated = "field_mask.paths=name&field_mask.paths=version_ids.brand_id"
    assert _get(address, f"{path}?{repeated}").json() == _get(address, f"{path}?field_mask=name,version_ids").json()


def test_a_foreign_key_is_told_it_has_no_rights(address: str) -> None:
    reply = httpx.get(
        f"{address}/api/v3/applications/umwelt-sensorik/rights", headers={"Authorization": HEADERS["foreign"]}
    )
    assert (reply.status_code, reply.json()) == (200, {})


def test_an_invalid_id_gets_400(address: str) -> None:
    assert _get(address, "/applications/NOT_AN_ID/devices").status_code == 400


def _get(address: str, path: str) -> httpx.Response:
    return httpx.get(f"{address}/api/v3{path}", headers={"Authorization": HEADERS["all"]})


def test_a_persons_key_is_told_an_application_does_not_exist() -> None:
    key = new_key()
    with Double([Application(id="umwelt-sensorik")], user_keys=[key]) as double:
        headers = {"Authorization": f"Bearer {key.text}"}
        url = f"{double.url}/api/v3/applications"
        assert httpx.get(f"{url}/umwelt-sensorik/devices", headers=headers).status_code == 200
        missing = httpx.get(f"{url}/gibt-es-nicht/devices", headers=headers)
    assert missing.status_code == 404
    assert missing.json()["details"][0]["name"] == "application_not_found"
