"""Messages as The Things Stack writes them, made from templates of our own.

The shape is that of a server of version 3.32.1: zero values are left out, 64-bit numbers are text, times carry
nanoseconds. Everything that is random on the wire is drawn from a hash of the frame, so the same frame always gives
the same bytes, whether it comes over MQTT or out of storage.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import shake_128
from typing import NamedTuple

from simulator.wire import Noise, airtime, base64, counter, moment, number, ulid
from smartregion.model import Place, Profile

UPLINK_DELAY = 200_000_000
"""Nanoseconds between Network Server and Application Server: the window in which gateways' copies are merged."""


class Reception(NamedTuple):
    """How one gateway heard a frame. A gateway without EUI stands behind Packet Broker."""

    gateway_id: str
    eui: str = ""
    rssi: int = -97
    snr: float = 7.5
    place: Place | None = None
    channel_index: int = 2


class Battery(NamedTuple):
    """What a device last told the Network Server about its battery, in percent."""

    percent: float
    f_cnt: int
    received_at: int


GATEWAYS = (
    Reception("gw-rathaus", "24E124FFFEF0A1B2", -97, 7.5, Place(51.31276, 9.47921, 212.0), 2),
    Reception("gw-feuerwehr", "B827EBFFFE6A7B8C", -113, -2.25, Place(51.31801, 9.48877, 231.0), 2),
)


class Frame(NamedTuple):
    """One frame of one device, with all that the server knows about it. Times in nanoseconds since 1970."""

    application: str
    device_id: str
    received_at: int
    """When the Network Server heard it."""
    tenant: str = ""
    """The tenant's id on The Things Stack; empty on an Open Source server."""
    dev_eui: str = ""
    join_eui: str = ""
    dev_addr: str = "260B0ABC"
    session: str = ""
    """session_key_id in base64; empty for a device activated by personalization."""
    f_cnt: int = 0
    f_port: int = 1
    payload: bytes = b""
    forwarded_at: int | None = None
    """When the Application Server handled it; None: 200 to 208 ms later."""
    profile: Profile | None = None
    band: str = "EU_863_870"
    place: Place | None = None
    gateways: tuple[Reception, ...] = GATEWAYS
    spreading_factor: int = 7
    frequency: int = 868_100_000
    confirmed: bool = False
    simulated: bool = False
    decoded: Mapping[str, object] | None = None
    battery: Battery | None = None
    loss: float = 0.0
    """packet_error_rate, 0 to 1."""

    @property
    def handled_at(self) -> int:
        """The top-level `received_at`, by which storage sorts and filters."""
        return handled_at(self.received_at) if self.forwarded_at is None else self.forwarded_at


def handled_at(received_at: int) -> int:
    """When the Application Server handles a frame that the Network Server heard at this time."""
    return received_at + UPLINK_DELAY + (received_at * 2_654_435_761 >> 9) % 8_388_608


def topic(frame: Frame, kind: str = "up") -> str:
    """The MQTT topic of a message of this kind: `v3/app@tenant/devices/device_id/up`."""
    return f"v3/{uid(frame.application, frame.tenant)}/devices/{frame.device_id}/{kind}"


def uid(application: str, tenant: str) -> str:
    """`app@tenant`, or the bare `app` on an Open Source server."""
    return f"{application}@{tenant}" if tenant else application


def render(frame: Frame) -> bytes:
    """The uplink as the Application Server publishes it: about 2.1 KB with two gateways."""
    noise = noise_of(frame)
    text = (
        f'{envelope(frame, noise, frame.handled_at)},"uplink_message":{{{heard(frame)}{_decoded(frame)}'
        f"{received(frame, noise)}{_where(frame)}{_static(frame)}}}{closing(frame)}"
    )
    return text.encode()


def heard(frame: Frame) -> str:
    """Session, port, counter and bytes; each with a comma behind it, and left out when zero."""
    port = f'"f_port":{frame.f_port},' if frame.f_port else ""
    count = f'"f_cnt":{frame.f_cnt},' if frame.f_cnt else ""
    frm_payload = base64(frame.payload) if frame.f_port else ""
    return given("session_key_id", frame.session) + port + count + given("frm_payload", frm_payload)


def received(frame: Frame, noise: Noise) -> str:
    """Gateways, radio settings and the Network Server's time, which simulated uplinks do not have."""
    at = "" if frame.simulated else f',"received_at":"{moment(frame.received_at)}"'
    return f"{_receptions(frame, noise)}{_settings(frame)}{at}{_quality(frame)}"


def closing(frame: Frame) -> str:
    """The end of the message."""
    return ',"simulated":true}' if frame.simulated else "}"


def noise_of(frame: Frame, kind: str = "up") -> Noise:
    """The frame's own random bytes, the same each time."""
    name = f"{frame.device_id} {frame.session} {frame.f_cnt} {frame.received_at} {kind}"
    return Noise(shake_128(name.encode()).digest(128))


def envelope(frame: Frame, noise: Noise, at: int) -> str:
    """What each kind of message begins with, up to and with the top-level `received_at`; not closed."""
    return (
        f"{_ids(frame.application, frame.device_id, frame.dev_eui, frame.join_eui, frame.dev_addr)}"
        f'"correlation_ids":[{_correlation(frame, noise, at)}],"received_at":"{moment(at)}"'
    )


@lru_cache(maxsize=65_536)
def _ids(application: str, device_id: str, dev_eui: str, join_eui: str, dev_addr: str) -> str:
    rest = given("dev_eui", dev_eui) + given("join_eui", join_eui) + given("dev_addr", dev_addr)
    application_ids = f'"application_ids":{{"application_id":"{application}"}}'
    comma = "," if rest else ""
    return f'{{"end_device_ids":{{"device_id":"{device_id}",{application_ids}{comma}{rest.rstrip(",")}}},'


def given(name: str, text: str) -> str:
    """A field with a comma behind it; nothing when the text is empty."""
    return f'"{name}":"{text}",' if text else ""


def _correlation(frame: Frame, noise: Noise, at: int) -> str:
    text = noise.letters
    first, second = ulid(frame.received_at), ulid(at)
    if frame.simulated:
        return f'"as:up:{second}{text[:16]}","rpc:/ttn.lorawan.v3.AppAs/SimulateUplink:{first}{text[16:32]}"'
    return (
        f'"gs:uplink:{first}{text[:16]}","ns:uplink:{first}{text[16:32]}",'
        f'"rpc:/ttn.lorawan.v3.GsNs/HandleUplink:{first}{text[32:48]}",'
        f'"rpc:/ttn.lorawan.v3.NsAs/HandleUplink:{second}{text[48:64]}"'
    )


def _decoded(frame: Frame) -> str:
    if frame.decoded is None:
        return ""
    text = json.dumps(frame.decoded, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return f'"decoded_payload":{text},'


def _receptions(frame: Frame, noise: Noise) -> str:
    if not frame.gateways:
        return ""
    at = frame.received_at - 4_000_000
    copies = [_reception(gateway, noise, at, index) for index, gateway in enumerate(frame.gateways)]
    return f'"rx_metadata":[{",".join(copies)}],'


def _reception(gateway: Reception, noise: Noise, at: int, index: int) -> str:
    if not gateway.eui:
        return _by_packet_broker(gateway, noise, at, index)
    jitter = noise.small(index)
    at -= jitter * 8_000
    stamp = moment(at - at % 1_000)
    head, token, tail = _gateway(gateway)
    return (
        f'{head},"time":"{stamp}","timestamp":{counter(index, at)},"fine_timestamp":"{at % 1_000_000_000}"'
        f'{_levels(gateway.rssi, gateway.snr)},"frequency_offset":"{jitter - 512}"'
        f'{token}{noise.token(index)}",{tail}"gps_time":"{stamp}","received_at":"{stamp}"}}'
    )


@lru_cache(maxsize=4096)
def _gateway(gateway: Reception) -> tuple[str, str, str]:
    head = f'{{"gateway_ids":{{"gateway_id":"{gateway.gateway_id}","eui":"{gateway.eui}"}}'
    where = f',"location":{place(gateway.place)}' if gateway.place else ""
    name = gateway.gateway_id.encode()
    ids = b"\x0a" + bytes([len(name)]) + name + b"\x12\x08" + bytes.fromhex(gateway.eui)
    token = b"\x0a" + bytes([len(ids) + 2]) + b"\x0a" + bytes([len(ids)]) + ids
    padded = token + b"\x10\x08\x1a"[: -len(token) % 3]
    channel = f'"channel_index":{gateway.channel_index},' if gateway.channel_index else ""
    return head, f'{where},"uplink_token":"{base64(padded)}', channel


@lru_cache(maxsize=4096)
def _levels(rssi: int, snr: float) -> str:
    level = f',"rssi":{rssi},"signal_rssi":{rssi - 1},"channel_rssi":{rssi}' if rssi else ""
    return level + (f',"snr":{number(snr)}' if snr else "")


def _by_packet_broker(gateway: Reception, noise: Noise, at: int, index: int) -> str:
    stamp = moment(at)
    message = f"{ulid(at)}{noise.letters[index : index + 16]}"
    snr = f',"snr":{number(gateway.snr)}' if gateway.snr else ""
    return (
        f'{{"gateway_ids":{{"gateway_id":"packetbroker"}},"packet_broker":{{"message_id":"{message}",'
        f'"forwarder_net_id":"000013","forwarder_tenant_id":"ttn","forwarder_cluster_id":"eu1.cloud.thethings.network",'
        f'"forwarder_gateway_id":"{gateway.gateway_id}","home_network_net_id":"000013"}},'
        f'"rssi":{gateway.rssi},"channel_rssi":{gateway.rssi}{snr},'
        f'"uplink_token":"eyJnIjoi{noise.token(index)}","received_at":"{stamp}"}}'
    )


def _settings(frame: Frame) -> str:
    stamp = counter(0, frame.received_at - 4_000_000)
    return f'{_data_rate(frame.spreading_factor, frame.frequency)},"timestamp":{stamp}}}'


@lru_cache(maxsize=256)
def _data_rate(spreading_factor: int, frequency: int) -> str:
    lora = f'{{"bandwidth":125000,"spreading_factor":{spreading_factor},"coding_rate":"4/5"}}'
    return f'"settings":{{"data_rate":{{"lora":{lora}}},"frequency":"{frequency}"'


def _quality(frame: Frame) -> str:
    confirmed = ',"confirmed":true' if frame.confirmed else ""
    loss = f',"packet_error_rate":{frame.loss:.8g}' if frame.loss else ""
    if frame.simulated:
        return confirmed
    return f'{confirmed},"consumed_airtime":"{airtime(frame.spreading_factor, len(frame.payload))}"{loss}'


def _where(frame: Frame) -> str:
    return f',"locations":{{"user":{place(frame.place)}}}' if frame.place else ""


def _static(frame: Frame) -> str:
    if frame.simulated:
        return ""
    return _versions(frame.profile, frame.band) + network(frame.tenant) + _battery(frame.battery)


def _battery(battery: Battery | None) -> str:
    if battery is None:
        return ""
    inside = f'"f_cnt":{battery.f_cnt},"value":{battery.percent:.8g},"received_at":"{moment(battery.received_at)}"'
    return f',"last_battery_percentage":{{{inside}}}'


@lru_cache(maxsize=1024)
def _versions(profile: Profile | None, band: str) -> str:
    if profile is None:
        return ""
    named = (
        ("brand_id", profile.brand),
        ("model_id", profile.model),
        ("hardware_version", profile.hardware),
        ("firmware_version", profile.firmware),
        ("band_id", band),
    )
    return f',"version_ids":{{{"".join(given(name, text) for name, text in named).rstrip(",")}}}'


@lru_cache(maxsize=64)
def network(tenant: str) -> str:
    """The home network's names."""
    if not tenant:
        return ',"network_ids":{"net_id":"000013","cluster_id":"localcluster"}'
    home = "eu1.cloud.thethings.industries"
    return (
        f',"network_ids":{{"net_id":"000013","ns_id":"EC656E0000000181","tenant_id":"{tenant}","cluster_id":"eu1",'
        f'"cluster_address":"{home}","tenant_address":"{tenant}.{home}"}}'
    )


@lru_cache(maxsize=65_536)
def place(where: Place, source: str = "SOURCE_REGISTRY") -> str:
    """A location as JSON; degrees of 0 are left out, as the server does."""
    named = (("latitude", where.latitude), ("longitude", where.longitude), ("altitude", where.altitude or 0.0))
    parts = [f'"{name}":{number(value)}' for name, value in named if value]
    return "{" + ",".join([*parts, f'"source":"{source}"']) + "}"
