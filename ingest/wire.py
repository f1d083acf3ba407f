"""The JSON of The Things Stack v3, as its Application Server writes it, and what we read out of it.

Sources: lorawan-stack v3.32 `api/messages.proto`, `pkg/jsonpb`; a running 3.32.1. The server leaves out every field
that is zero or empty, hence the defaults; it adds fields without notice, hence unknown ones are passed over.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import msgspec

from smartregion import timestamps
from smartregion.errors import ImplausibleTime, Malformed
from smartregion.model import Air, Place, Profile, Radio, Reception, Uplink

Counter = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
Port = Annotated[int, msgspec.Meta(ge=0, le=255)]
# lorawan-stack api/identifiers.proto
StackId = Annotated[str, msgspec.Meta(pattern="^[a-z0-9](?:[-]?[a-z0-9]){2,}$", max_length=36)]
Eui = Annotated[str, msgspec.Meta(pattern="^[0-9A-Fa-f]{16}$")]
Short = Annotated[str, msgspec.Meta(max_length=128)]
# The writer spells NaN and the infinities as strings.
Number = float | str

MISSING_TIME = "0001-01-01T00:00:00Z"
_NOTHING = msgspec.Raw()
_new = tuple.__new__


class _ApplicationIds(msgspec.Struct):
    application_id: StackId


class _DeviceIds(msgspec.Struct):
    device_id: StackId
    application_ids: _ApplicationIds
    dev_eui: Eui | None = None


class _GatewayIds(msgspec.Struct):
    gateway_id: Short = ""
    eui: Short = ""


class _PacketBroker(msgspec.Struct):
    forwarder_gateway_id: Short = ""
    forwarder_gateway_eui: Short = ""


class _Reception(msgspec.Struct):
    # One antenna of one gateway; by Packet Broker the gateway is called "packetbroker".
    gateway_ids: _GatewayIds | None = None
    packet_broker: _PacketBroker | None = None
    rssi: Number | None = None
    channel_rssi: Number | None = None
    snr: Number = 0.0


class _Location(msgspec.Struct):
    latitude: float = 0.0
    longitude: float = 0.0
    altitude: float | None = None


class _VersionIds(msgspec.Struct):
    brand_id: Short = ""
    model_id: Short = ""
    hardware_version: Short = ""
    firmware_version: Short = ""


class _Lora(msgspec.Struct):
    spreading_factor: int | None = None


class _DataRate(msgspec.Struct):
    lora: _Lora | None = None


class _Settings(msgspec.Struct):
    data_rate: _DataRate | None = None
    frequency: str | int = ""


class _UplinkMessage(msgspec.Struct):
    received_at: str | None = None
    session_key_id: Short = ""
    f_port: Port = 0
    f_cnt: Counter = 0
    frm_payload: bytes = b""
    rx_metadata: list[_Reception] = []
    settings: _Settings | None = None
    consumed_airtime: str = ""
    locations: dict[str, _Location] = {}
    version_ids: _VersionIds | None = None
    # Kept as text: read only for devices that no decoder of ours knows.
    decoded_payload: msgspec.Raw = _NOTHING
    normalized_payload: msgspec.Raw = _NOTHING


class _Envelope(msgspec.Struct):
    end_device_ids: _DeviceIds
    received_at: str | None = None
    uplink_message: _UplinkMessage | None = None
    simulated: bool = False


# Valid kinds that carry no reading, and the reason the ledger shows for each.
EVENTS = {
    "join_accept": "join",
    "location_solved": "location solved",
    "uplink_normalized": "copy of an uplink",
    "downlink_queued": "downlink",
    "downlink_sent": "downlink",
    "downlink_ack": "downlink",
    "downlink_nack": "downlink",
    "downlink_failed": "downlink",
    "downlink_queue_invalidated": "downlink",
    "service_data": "service data",
}

_decode = msgspec.json.Decoder(_Envelope).decode
_kinds = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


@dataclass(frozen=True, slots=True)
class Event:
    """A valid message that holds no reading."""

    application: str
    device_id: str
    received_at: int | None
    reason: str


def parse(payload: bytes) -> Uplink | Event:
    """Read one message. `application` is still the id that The Things Stack knows.

    Raises:
        Malformed: no such message. ImplausibleTime: its time lies outside 1677 to 2262.
    """
    try:
        envelope = _decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"not a message of The Things Stack: {error}") from error
    if envelope.uplink_message is None:
        return _event(envelope, payload)
    return _uplink(envelope, envelope.uplink_message)


def _event(envelope: _Envelope, payload: bytes) -> Event:
    try:
        # Keys that the envelope passes over are read for the first time here.
        present = _kinds(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"not a message of The Things Stack: {error}") from error
    reason = next((EVENTS[kind] for kind in present if kind in EVENTS), None)
    if reason is None:
        raise Malformed("none of the kinds of message that The Things Stack has")
    ids = envelope.end_device_ids
    return Event(ids.application_ids.application_id, ids.device_id, _time(envelope.received_at), reason)


def _uplink(envelope: _Envelope, frame: _UplinkMessage) -> Uplink:
    forwarded_at = _time(envelope.received_at)
    received_at = _time(frame.received_at)
    if received_at is None:
        received_at = forwarded_at
    if received_at is None:
        raise Malformed("neither the uplink nor its envelope says when it was received")
    ids = envelope.end_device_ids
    radio, receptions = _receptions(frame.rx_metadata)
    return Uplink(
        application=ids.application_ids.application_id,
        device_id=ids.device_id,
        received_at=received_at,
        forwarded_at=received_at if forwarded_at is None else forwarded_at,
        dev_eui=ids.dev_eui,
        session_key_id=frame.session_key_id,
        f_cnt=frame.f_cnt,
        f_port=frame.f_port,
        payload=frame.frm_payload,
        simulated=envelope.simulated,
        profile=_profile(frame.version_ids),
        radio=radio,
        place=_place(frame.locations),
        decoded=b"" if frame.decoded_payload is _NOTHING else bytes(frame.decoded_payload),
        normalized=b"" if frame.normalized_payload is _NOTHING else bytes(frame.normalized_payload),
        air=_air(frame, receptions),
    )


def _time(text: str | None) -> int | None:
    if text is None or text == MISSING_TIME:
        return None
    try:
        return timestamps.parse(text)
    except OverflowError as error:
        raise ImplausibleTime(str(error)) from error
    except ValueError as error:
        raise Malformed(str(error)) from error


def _profile(versions: _VersionIds | None) -> Profile | None:
    if versions is None or not versions.brand_id or not versions.model_id:
        return None
    return _shared_profile(versions.brand_id, versions.model_id, versions.firmware_version, versions.hardware_version)


@lru_cache(maxsize=4096)
def _shared_profile(brand: str, model: str, firmware: str, hardware: str) -> Profile:
    return Profile(brand, model, firmware, hardware)


def _receptions(heard: list[_Reception]) -> tuple[Radio | None, tuple[Reception, ...]]:
    """The figures of the gateway with the best signal-to-noise ratio, and all of them; the list has no order."""
    best: Radio | None = None
    receptions: list[Reception] = []
    for each in heard:
        rssi = _finite(each.channel_rssi if each.rssi is None else each.rssi)
        snr = _finite(each.snr)
        if rssi is None or snr is None:
            continue
        if best is None or (snr, rssi) > (best.snr, best.rssi):
            best = Radio(rssi, snr)
        receptions.append(_new(Reception, (_gateway(each), rssi, snr)))
    return best, tuple(receptions)


def _gateway(heard: _Reception) -> str:
    broker, ids = heard.packet_broker, heard.gateway_ids
    named = (broker.forwarder_gateway_id or broker.forwarder_gateway_eui) if broker is not None else ""
    return named or (ids.gateway_id or ids.eui if ids is not None else "")


def _air(frame: _UplinkMessage, receptions: tuple[Reception, ...]) -> Air:
    settings = frame.settings
    lora = settings.data_rate.lora if settings is not None and settings.data_rate is not None else None
    return Air(
        receptions,
        lora.spreading_factor if lora is not None else None,
        _seconds(frame.consumed_airtime),
        _hertz(settings.frequency) if settings is not None else None,
    )


@lru_cache(maxsize=4096)
def _seconds(text: str) -> float | None:
    """A duration as protobuf writes it ("0.061696s"); None when there is none."""
    try:
        seconds = float(text.removesuffix("s"))
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


@lru_cache(maxsize=4096)
def _hertz(text: str | int) -> int | None:
    """64-bit numbers are texts in this JSON."""
    return int(text) if str(text).isdecimal() else None


def _finite(value: Number | None) -> float | None:
    return value if isinstance(value, float) and math.isfinite(value) else None


def _place(locations: dict[str, _Location]) -> Place | None:
    # Only what a person entered: the others ("frm-payload", solvers) are repeated long after they were true.
    user = locations.get("user")
    if user is None or (user.latitude == 0.0 and user.longitude == 0.0):
        return None
    return _shared_place(user.latitude, user.longitude, user.altitude)


@lru_cache(maxsize=65_536)
def _shared_place(latitude: float, longitude: float, altitude: float | None) -> Place:
    return Place(latitude, longitude, altitude)


def topic_parts(topic: str) -> tuple[str, str]:
    """Application id and tenant of `v3/{application}[@{tenant}]/devices/…`; empty texts when it is another topic."""
    parts = topic.split("/", 2)
    if len(parts) < 3 or parts[0] != "v3":
        return "", ""
    application, _, tenant = parts[1].partition("@")
    return application, tenant


def unwrap(line: bytes) -> bytes:
    """The message inside a line of the Storage Integration (`{"result": …}`) or an event as the console of The Things
    Stack shows it (`{"name": …, "data": …}`); any other line as it is.
    """
    try:
        outer: dict[str, Any] = _kinds(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return line
    inner = outer.get("result", outer.get("data"))
    return bytes(inner) if inner is not None and "end_device_ids" not in outer else line
