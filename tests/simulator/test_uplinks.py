"""The simulator's messages have the shape that a real server's have."""

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from simulator import kinds
from simulator.kinds import BROKEN, SPARSE
from simulator.uplinks import GATEWAYS, Battery, Frame, Reception, handled_at, render, topic
from simulator.wire import airtime, moment
from smartregion import timestamps
from smartregion.clock import SECOND
from smartregion.model import Place, Profile

AT = 1_795_000_000 * SECOND + 177_714_440

CLIMATE = Frame(
    application="umwelt-sensorik",
    tenant="kreis-musterland",
    device_id="otaa-12",
    dev_eui="0004A30B001A2B12",
    join_eui="70B3D57ED0000001",
    dev_addr="260B6620",
    session="AaIEajYSjRVgj+Tn9BcXNw==",
    f_cnt=2,
    f_port=85,
    payload=bytes.fromhex("01755c0367190104 6873"),
    received_at=AT,
    profile=Profile("milesight-iot", "em300-th", "1.0", "2.0"),
    place=Place(51.33, 9.5, 180.0),
)


def parsed(frame: Frame) -> dict[str, Any]:
    message = json.loads(render(frame))
    assert isinstance(message, dict)
    return message


def captured(number: int) -> dict[str, Any]:
    lines = (Path(__file__).parents[1] / "data" / "tts-captured.jsonl").read_text(encoding="utf-8").split("\n")
    message = json.loads(json.loads(lines[number - 1])["payload"])
    assert isinstance(message, dict)
    return message


def shape(value: object) -> object:
    """Names in their order and the kind of each value."""
    if isinstance(value, dict):
        return [(name, shape(inner)) for name, inner in value.items()]
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return "number" if isinstance(value, int | float) else type(value).__name__


def test_an_uplink_has_the_fields_of_a_real_one_in_its_order() -> None:
    decoded = {"battery": 255}
    own = parsed(CLIMATE._replace(tenant="", gateways=GATEWAYS[:1], decoded=decoded))
    assert shape(own) == shape(captured(105))


def test_an_uplink_says_what_the_frame_says() -> None:
    message = parsed(CLIMATE)
    uplink = message["uplink_message"]
    assert base64.b64decode(uplink["frm_payload"]) == CLIMATE.payload
    assert (uplink["f_port"], uplink["f_cnt"], uplink["session_key_id"]) == (85, 2, CLIMATE.session)
    assert timestamps.parse(uplink["received_at"]) == AT
    assert timestamps.parse(message["received_at"]) == CLIMATE.handled_at == handled_at(AT)
    assert uplink["version_ids"]["model_id"] == "em300-th"
    assert uplink["locations"]["user"]["latitude"] == 51.33
    assert [entry["gateway_ids"]["gateway_id"] for entry in uplink["rx_metadata"]] == ["gw-rathaus", "gw-feuerwehr"]


def test_two_gateways_make_two_kilobytes() -> None:
    assert 2000 <= len(render(CLIMATE)) <= 2400


def test_zero_values_are_left_out() -> None:
    silent = Reception("gw", "24E124FFFEF0A1B2", rssi=0, snr=0.0, channel_index=0)
    bare = Frame("app", "dev", AT, f_cnt=0, f_port=0, payload=b"\1", gateways=(silent,), dev_addr="")
    message = parsed(bare)
    assert set(message["end_device_ids"]) == {"device_id", "application_ids"}
    assert not {"f_cnt", "f_port", "frm_payload", "session_key_id", "confirmed", "locations"} & set(
        message["uplink_message"]
    )
    assert not {"rssi", "snr", "channel_index", "location"} & set(message["uplink_message"]["rx_metadata"][0])


def test_an_empty_payload_is_left_out_and_its_port_is_not() -> None:
    uplink = parsed(CLIMATE._replace(payload=b""))["uplink_message"]
    assert uplink["f_port"] == 85
    assert "frm_payload" not in uplink


def test_a_frame_always_gives_the_same_bytes_and_another_frame_other_ids() -> None:
    assert render(CLIMATE) == render(CLIMATE)
    ids = [set(parsed(CLIMATE._replace(f_cnt=number))["correlation_ids"]) for number in (2, 3)]
    assert not ids[0] & ids[1]


def test_ids_and_tokens_do_not_compress_away() -> None:
    frames = [CLIMATE._replace(f_cnt=number, received_at=AT + number * 900 * SECOND) for number in range(100)]
    together = b"".join(render(frame) for frame in frames)
    assert 100 < len(zlib.compress(together)) / 100 < 400


def test_simulated_uplinks_lack_what_real_ones_lack() -> None:
    message = parsed(CLIMATE._replace(simulated=True, gateways=(), session="", dev_addr=""))
    assert message["simulated"] is True
    assert not {"received_at", "version_ids", "network_ids", "rx_metadata", "session_key_id"} & set(
        message["uplink_message"]
    )
    assert len(message["correlation_ids"]) == 2


def test_a_gateway_behind_packet_broker_has_no_eui() -> None:
    entry = parsed(CLIMATE._replace(gateways=(Reception("ttn-nachbar-07", snr=0.0),)))["uplink_message"]["rx_metadata"][
        0
    ]
    assert entry["gateway_ids"] == {"gateway_id": "packetbroker"}
    assert entry["packet_broker"]["forwarder_gateway_id"] == "ttn-nachbar-07"
    assert "snr" not in entry


def test_battery_and_loss_stand_where_the_server_puts_them() -> None:
    uplink = parsed(CLIMATE._replace(battery=Battery(91.73228, 1, AT), loss=0.04761905, confirmed=True))[
        "uplink_message"
    ]
    assert uplink["last_battery_percentage"]["value"] == 91.73228
    assert (uplink["packet_error_rate"], uplink["confirmed"]) == (0.04761905, True)


@pytest.mark.parametrize(
    ("nanos", "text"),
    [(0, "Z"), (100_000_000, ".100Z"), (123_456_000, ".123456Z"), (123_456_700, ".123456700Z"), (1, ".000000001Z")],
)
def test_times_have_0_3_6_or_9_digits(nanos: int, text: str) -> None:
    assert moment(1_795_000_000 * SECOND + nanos) == "2026-11-18T11:06:40" + text


@pytest.mark.parametrize(("payload", "text"), [(10, "0.061696s"), (3, "0.051456s"), (0, "0.046336s")])
def test_airtime_is_what_the_real_server_says(payload: int, text: str) -> None:
    assert airtime(7, payload) == text


def test_the_topic_names_application_and_tenant() -> None:
    assert topic(CLIMATE, "join") == "v3/umwelt-sensorik@kreis-musterland/devices/otaa-12/join"
    assert topic(CLIMATE._replace(tenant="")) == "v3/umwelt-sensorik/devices/otaa-12/up"


def test_the_other_kinds_have_the_fields_of_real_ones() -> None:
    frame = CLIMATE._replace(tenant="", gateways=GATEWAYS[:1], f_cnt=4, f_port=16)
    place = Place(51.3, 9.4)
    solved = json.loads(kinds.location_solved(frame, place, "lora-cloud-geolocation", "SOURCE_LORA_RSSI_GEOLOCATION"))
    assert shape(json.loads(kinds.join(frame))) == shape(captured(103))
    assert shape(json.loads(kinds.normalized(frame, {"air": {"temperature": 20.5}, "time": "x"}))) == shape(
        captured(97)
    )
    assert solved["location_solved"]["location"].keys() < captured(102)["location_solved"]["location"].keys()
    assert json.loads(kinds.service_data(frame, "dienst", {"ü": [1, None]}))["service_data"]["data"] == {"ü": [1, None]}
    for state in ("queued", "sent", "ack", "nack"):
        assert json.loads(kinds.downlink(frame, state))[f"downlink_{state}"]["f_port"] == 16
    assert json.loads(kinds.downlink_failed(frame))["downlink_failed"]["error"]["name"] == "transmission"
    assert json.loads(kinds.downlinks_invalidated(frame))["downlink_queue_invalidated"]["downlinks"]


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_uplink_is_not_the_good_one(name: str) -> None:
    assert BROKEN[name](render(CLIMATE)) != render(CLIMATE)


@pytest.mark.parametrize("name", sorted(SPARSE))
def test_a_sparse_uplink_is_still_one(name: str) -> None:
    message = json.loads(SPARSE[name](render(CLIMATE)))
    assert message["end_device_ids"]["device_id"] == "otaa-12"
    assert message["uplink_message"]["frm_payload"]
