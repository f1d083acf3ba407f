"""What The Things Stack writes is read as it is meant, and nothing else is taken for it."""

import json
from typing import Any

import pytest

from ingest import wire
from smartregion import timestamps
from smartregion.errors import ImplausibleTime, Malformed
from smartregion.model import Air, Place, Profile, Radio, Reception, Uplink

RICH: dict[str, Any] = {
    "end_device_ids": {
        "device_id": "klima-rathaus-01",
        "application_ids": {"application_id": "umwelt-sensorik"},
        "dev_eui": "24E124136B326301",
        "join_eui": "24E124C0002A0001",
        "dev_addr": "27A1B2C3",
    },
    "correlation_ids": ["gs:uplink:01KQ3V7Y8M4T2Z9N5B6C7D8E9F"],
    "received_at": "2026-04-21T06:30:05.512340871Z",
    "uplink_message": {
        "session_key_id": "AZikssPU5fYHGCk6S1xtfg==",
        "f_port": 85,
        "f_cnt": 4711,
        "frm_payload": "AXVcA2c0AQRoZQ==",
        "decoded_payload": {"battery": 92, "temperature": 30.8},
        "rx_metadata": [
            {
                "gateway_ids": {"gateway_id": "gw-rathaus", "eui": "24E124FFFEF0A1B2"},
                "fine_timestamp": "241187530",
                "rssi": -97,
                "channel_rssi": -97,
                "snr": 7.5,
                "frequency_offset": "-412",
                "location": {"latitude": 51.31276, "longitude": 9.47921},
            },
            {
                "gateway_ids": {"gateway_id": "packetbroker"},
                "packet_broker": {"message_id": "01KQ3V7Y9A0B1C2D3E4F5G6H7J"},
                "rssi": -118,
                "channel_rssi": -118,
            },
        ],
        "settings": {"data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 7}}, "frequency": "868500000"},
        "received_at": "2026-04-21T06:30:05.303998217Z",
        "confirmed": True,
        "consumed_airtime": "0.061696s",
        "locations": {
            "user": {"latitude": 51.31301, "longitude": 9.47874, "altitude": 168, "source": "SOURCE_REGISTRY"}
        },
        "version_ids": {
            "brand_id": "milesight-iot",
            "model_id": "em300-th",
            "hardware_version": "2.0",
            "firmware_version": "1.0",
        },
    },
}

MINIMAL: dict[str, Any] = {
    "end_device_ids": {
        "device_id": "pegel-03",
        "application_ids": {"application_id": "hochwasser"},
        "dev_eui": "A84041FFFF1234AB",
        "dev_addr": "00C30DFA",
    },
    "received_at": "2026-04-21T06:31:00Z",
    "uplink_message": {
        "session_key_id": "AZikssPU5fYHGCk6S1xtfg==",
        "f_port": 2,
        "frm_payload": "DSoCGAAAAAE=",
        "rx_metadata": [{"gateway_ids": {"gateway_id": "gw1"}, "timestamp": 17, "rssi": -121, "snr": -9.25}],
        "settings": {"data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 12}}, "frequency": "867900000"},
        "received_at": "2026-04-21T06:30:59.871Z",
    },
}


def uplink(message: dict[str, Any]) -> Uplink:
    parsed = wire.parse(json.dumps(message).encode())
    assert isinstance(parsed, Uplink)
    return parsed


def changed(**fields: object) -> dict[str, Any]:
    """The minimal message with fields of its uplink_message replaced; None takes one out."""
    frame = {name: value for name, value in {**MINIMAL["uplink_message"], **fields}.items() if value is not None}
    return {**MINIMAL, "uplink_message": frame}


def test_a_rich_uplink_is_read_whole() -> None:
    parsed = uplink(RICH)

    assert parsed == Uplink(
        application="umwelt-sensorik",
        device_id="klima-rathaus-01",
        received_at=1776753005303998217,
        forwarded_at=1776753005512340871,
        dev_eui="24E124136B326301",
        session_key_id="AZikssPU5fYHGCk6S1xtfg==",
        f_cnt=4711,
        f_port=85,
        payload=bytes.fromhex("01755c0367340104686 5".replace(" ", "")),
        profile=Profile("milesight-iot", "em300-th", "1.0", "2.0"),
        radio=Radio(-97.0, 7.5),
        place=Place(51.31301, 9.47874, 168.0),
        decoded=b'{"battery": 92, "temperature": 30.8}',
        air=Air(
            (Reception("gw-rathaus", -97.0, 7.5), Reception("packetbroker", -118.0, 0.0)),
            spreading_factor=7,
            airtime=0.061696,
            frequency=868500000,
        ),
    )


def test_what_the_server_decoded_is_kept_as_it_was_written() -> None:
    parsed = uplink(changed(decoded_payload={"t": [1, None]}, normalized_payload=[{"air": {"temperature": -0.5}}]))

    assert json.loads(parsed.decoded) == {"t": [1, None]}
    assert json.loads(parsed.normalized) == [{"air": {"temperature": -0.5}}]
    assert (uplink(MINIMAL).decoded, uplink(MINIMAL).normalized) == (b"", b"")


def test_fields_left_out_are_zero() -> None:
    parsed = uplink(MINIMAL)

    assert parsed.f_cnt == 0
    assert parsed.profile is None
    assert parsed.place is None
    assert parsed.radio == Radio(-121.0, -9.25)
    assert parsed.payload == bytes.fromhex("0d2a021800000001")


def test_a_gateway_of_another_network_goes_by_the_name_it_has_there() -> None:
    ids = {"gateway_id": "packetbroker"}
    heard = [
        {"gateway_ids": ids, "packet_broker": {"forwarder_gateway_id": "turm"}, "rssi": -90, "snr": 1},
        {"gateway_ids": ids, "packet_broker": {"forwarder_gateway_eui": "24E124FFFEF0A1B2"}, "rssi": -91, "snr": 1},
    ]
    air = uplink(changed(rx_metadata=heard)).air

    assert air is not None
    assert [each.gateway for each in air.receptions] == ["turm", "24E124FFFEF0A1B2"]


@pytest.mark.parametrize("odd", ["", "s", "-1s", "NaNs", "1.5"])
def test_an_airtime_that_is_none_is_left_out(odd: str) -> None:
    air = uplink(changed(consumed_airtime=odd, settings={"frequency": "x"})).air

    assert air is not None
    assert (air.airtime, air.frequency) == (1.5 if odd == "1.5" else None, None)


def test_a_gateway_without_snr_heard_at_zero_decibel() -> None:
    parsed = uplink(changed(rx_metadata=[{"rssi": -90, "snr": -3}, {"rssi": -118}]))

    assert parsed.radio == Radio(-118.0, 0.0)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_levels_that_are_no_numbers_are_passed_over(word: str) -> None:
    assert uplink(changed(rx_metadata=[{"rssi": word, "snr": word}])).radio is None


def test_without_inner_time_the_envelope_tells_it() -> None:
    assert uplink(changed(received_at=None)).received_at == timestamps.parse("2026-04-21T06:31:00Z")
    assert uplink(changed(received_at="0001-01-01T00:00:00Z")).received_at == timestamps.parse("2026-04-21T06:31:00Z")


def test_without_any_time_a_message_is_malformed() -> None:
    message = changed(received_at=None)
    del message["received_at"]

    with pytest.raises(Malformed, match="when it was received"):
        uplink(message)


def test_a_mac_only_frame_has_neither_port_nor_payload() -> None:
    parsed = uplink(changed(f_port=None, frm_payload=None))

    assert (parsed.f_port, parsed.payload) == (0, b"")


def test_dev_eui_and_session_may_be_absent() -> None:
    message = changed(session_key_id=None)
    message["end_device_ids"] = {key: MINIMAL["end_device_ids"][key] for key in ("device_id", "application_ids")}

    parsed = uplink(message)

    assert (parsed.dev_eui, parsed.session_key_id) == (None, "")


def test_only_the_place_that_a_person_entered_counts() -> None:
    stale = {"frm-payload": {"latitude": 1.0, "longitude": 2.0}}

    assert uplink(changed(locations=stale)).place is None
    assert uplink(changed(locations={"user": {"source": "SOURCE_REGISTRY"}})).place is None


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("join_accept", "join"), ("location_solved", "location solved"), ("downlink_ack", "downlink")],
)
def test_other_kinds_are_events_with_a_reason(kind: str, reason: str) -> None:
    envelope = {key: MINIMAL[key] for key in ("end_device_ids", "received_at")}

    parsed = wire.parse(json.dumps({**envelope, kind: {}}).encode())

    assert isinstance(parsed, wire.Event)
    assert parsed.reason == reason


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"end_device_ids":{}}',
        b"\xff\xfe\x00",
        b'{"received_at":"\xff"}',
        json.dumps(changed(f_cnt=-1)).encode(),
        json.dumps(changed(f_cnt="12")).encode(),
        json.dumps(changed(f_cnt=2**32)).encode(),
        json.dumps(changed(f_port=256)).encode(),
        json.dumps(changed(frm_payload="%%%")).encode(),
        json.dumps(changed(frm_payload=17)).encode(),
        json.dumps(changed(received_at="gestern")).encode(),
        json.dumps(changed(rx_metadata={"rssi": 1})).encode(),
        json.dumps({**MINIMAL, "uplink_message": None}).encode(),
        # Found by the fuzzer: a key that is not read at first, and is no UTF-8.
        json.dumps({**MINIMAL, "uplink_message": None}).encode().replace(b"uplink_message", b"uplink_\x95"),
        json.dumps({**MINIMAL, "end_device_ids": {"device_id": "../x", "application_ids": {}}}).encode(),
        b'{"a":' * 100_000,
        b"x" * 1_000_000,
    ],
)
def test_what_is_no_such_message_is_malformed(payload: bytes) -> None:
    with pytest.raises(Malformed):
        wire.parse(payload)


@pytest.mark.parametrize("year", ["0002", "1500", "9999"])
def test_years_outside_64_bits_are_implausible(year: str) -> None:
    with pytest.raises(ImplausibleTime):
        uplink(changed(received_at=f"{year}-01-01T00:00:00Z"))


def test_lines_of_the_storage_integration_and_events_of_the_console_are_unwrapped() -> None:
    inner = json.dumps(MINIMAL).encode()

    assert json.loads(wire.unwrap(b'{"result":' + inner + b"}")) == MINIMAL
    assert json.loads(wire.unwrap(b'{"name":"as.up.data.forward","data":' + inner + b"}")) == MINIMAL
    assert wire.unwrap(inner) == inner
    assert wire.unwrap(b"rubbish") == b"rubbish"


def test_a_topic_names_application_and_tenant() -> None:
    assert wire.topic_parts("v3/umwelt@kreis/devices/a/up") == ("umwelt", "kreis")
    assert wire.topic_parts("v3/umwelt/devices/a/up") == ("umwelt", "")
    assert wire.topic_parts("foo") == ("", "")
