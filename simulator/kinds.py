"""The other kinds of messages, and what may go wrong with an uplink on its way.

Shapes are those of a server of version 3.32.1; the topic's last part stands beside each function.
"""

import json
from collections.abc import Callable, Mapping

from simulator.uplinks import Frame, closing, envelope, given, heard, network, noise_of, place, received
from simulator.wire import base64, moment, ulid
from smartregion.model import Place


def join(frame: Frame) -> bytes:
    """`join`: the device has a new session and a new dev_addr. Session, address and times are the frame's."""
    inside = f'{given("session_key_id", frame.session)}"received_at":"{moment(frame.received_at)}"'
    return _message(frame, "join", f'"join_accept":{{{inside}}}')


def normalized(frame: Frame, measurement: Mapping[str, object]) -> bytes:
    """`up/normalized`: one measurement of an uplink in the server's own vocabulary; no versions, no locations."""
    radio = received(frame, noise_of(frame, "up/normalized"))
    names = "" if frame.simulated else network(frame.tenant)
    inside = f'{heard(frame)}"normalized_payload":{_json(measurement)},{radio}{names}'
    return _message(frame, "up/normalized", f'"uplink_normalized":{{{inside}}}')


def location_solved(frame: Frame, where: Place, service: str = "frm-payload", source: str = "SOURCE_GPS") -> bytes:
    """`location/solved`: a solver, or the payload itself, said where the device is."""
    solved = f'{{"service":"{service}","location":{place(where, source)}}}'
    return _message(frame, "location/solved", f'"location_solved":{solved}')


def service_data(frame: Frame, service: str, data: Mapping[str, object]) -> bytes:
    """`service/data`: something free from an application package."""
    return _message(frame, "service/data", f'"service_data":{{"service":"{service}","data":{_json(data)}}}')


def downlink(frame: Frame, state: str) -> bytes:
    """`down/queued`, `down/sent`, `down/ack`, `down/nack`; the port, counter and bytes are the downlink's."""
    return _message(frame, f"down/{state}", f'"downlink_{state}":{_downlink(frame, queued=state == "queued")}')


def downlink_failed(frame: Frame, name: str = "transmission") -> bytes:
    """`down/failed`: the Network Server could not send it."""
    error = {"namespace": "pkg/networkserver", "name": name, "message_format": "downlink failed", "code": 2}
    inside = f'{{"downlink":{_downlink(frame, queued=False)},"error":{_json(error)}}}'
    return _message(frame, "down/failed", f'"downlink_failed":{inside}')


def downlinks_invalidated(frame: Frame) -> bytes:
    """`down/invalidated`: what was queued can't be sent any more."""
    inside = f'{{"downlinks":[{_downlink(frame, queued=False)}],{given("session_key_id", frame.session).rstrip(",")}}}'
    return _message(frame, "down/invalidated", f'"downlink_queue_invalidated":{inside}')


def _message(frame: Frame, kind: str, body: str) -> bytes:
    return f"{envelope(frame, noise_of(frame, kind), frame.handled_at)},{body}{closing(frame)}".encode()


def _downlink(frame: Frame, *, queued: bool) -> str:
    letters = noise_of(frame, "downlink").letters
    session = "" if queued else given("session_key_id", frame.session)
    counter = f'"f_cnt":{frame.f_cnt},' if frame.f_cnt and not queued else ""
    payload = given("frm_payload", base64(frame.payload))
    correlation = f'"as:downlink:{ulid(frame.received_at)}{letters[:16]}"'
    return (
        f'{{{session}"f_port":{frame.f_port},{counter}{payload}"priority":"NORMAL","correlation_ids":[{correlation}]}}'
    )


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _edited(change: Callable[[dict[str, object], dict[str, object]], object]) -> Callable[[bytes], bytes]:
    def edit(message: bytes) -> bytes:
        whole = json.loads(message)
        change(whole, whole["uplink_message"])
        return _json(whole).encode()

    return edit


def _set(inner: Mapping[str, object]) -> Callable[[bytes], bytes]:
    return _edited(lambda _, uplink: uplink.update(inner))


def _without(*names: str) -> Callable[[bytes], bytes]:
    def remove(_: dict[str, object], uplink: dict[str, object]) -> None:
        for name in names:
            uplink.pop(name, None)

    return _edited(remove)


BROKEN: Mapping[str, Callable[[bytes], bytes]] = {
    "cut short": lambda message: message[: len(message) // 2],
    "empty": lambda _: b"",
    "not JSON": lambda message: b"<uplink>" + message,
    "not UTF-8": lambda message: message.replace(b'"gw-', b'"\xff\xfe-', 1),
    "a list": lambda message: b"[" + message + b"]",
    "a number": lambda _: b"42",
    "deeply nested": lambda _: b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "one megabyte": _set({"frm_payload": "A" * 1_000_000}),
    "counter is negative": _set({"f_cnt": -1}),
    "counter is text": _set({"f_cnt": "twelve"}),
    "port is a list": _set({"f_port": [1]}),
    "payload is no base64": _set({"frm_payload": "~~~ not base64 ~~~"}),
    "year 1": _set({"received_at": "0001-01-01T00:00:00Z"}),
    "year 9999": _set({"received_at": "9999-12-31T23:59:59Z"}),
    "time is no time": _set({"received_at": "yesterday"}),
    "uplink is null": _edited(lambda whole, _: whole.update(uplink_message=None)),
    "ids are missing": _edited(lambda whole, _: whole.pop("end_device_ids")),
}
"""Ways to spoil a rendered uplink; a consumer must survive each of them."""

SPARSE: Mapping[str, Callable[[bytes], bytes]] = {
    "no inner time": _without("received_at"),
    "no session": _without("session_key_id"),
    "no gateways": _without("rx_metadata"),
    "no radio settings": _without("settings"),
    "levels are text": _set(
        {"rx_metadata": [{"gateway_ids": {"gateway_id": "gw"}, "rssi": "NaN", "snr": "-Infinity"}]}
    ),
    "unknown fields": _set({"field_of_2031": {"a": [1, None]}}),
}
"""Uplinks as odd as the real server writes them now and then; a consumer must take each of them."""
