"""A device at work: its frames, each computed from its number alone."""

import base64
from collections.abc import Iterator

from simulator.region.chance import key_of, mix
from simulator.region.making import Make
from simulator.region.model import PlannedDevice
from simulator.region.names import TTN_TENANT
from simulator.region.radio import CHANNELS, link_of
from simulator.region.roles import ROLES, beat_of
from simulator.region.weather import Weather
from simulator.uplinks import Frame, handled_at
from smartregion.clock import SECOND

_SIXTEEN = 0xFFFF
_MAC_ONLY = 150
"""Of 65 536 frames so many carry nothing but commands to the network."""
_BROKEN = 40
"""And so many arrive with bytes missing."""
_NET_ADDRESSES = 0x2700_0000
_LONGEST_HANDLING = SECOND // 4
_OFTEN = 0.12


class Station:
    """All frames of one device through all time. Safe for several threads: it only remembers what it computed."""

    def __init__(self, device: PlannedDevice, weather: Weather) -> None:
        self.device = device
        self.beat = beat_of(device)
        self.link = link_of(device)
        self._weather = weather
        self._make: Make | None = None
        self._air, self._content = key_of(device.key, "radio"), key_of(device.key, "content")
        self._lost_below = int(self.link.loss * (_SIXTEEN + 1))
        self._begins, self._ends = device.story.begins, device.story.ends
        self._session_length, self._session_offset = self._sessions()
        self._session = (-1, "", "")

    def window(self, after: int, before: int) -> range:
        """Numbers of the frames (also lost ones) that the Application Server handles in [after, before)."""
        if self._begins is not None:
            after = max(after, self._begins)
        if self._ends is not None:
            before = min(before, self._ends)
        if after >= before:
            return range(0)
        return range(self._first_handled(after), self._first_handled(before))

    def arrivals(self, after: int, before: int) -> Iterator[int]:
        """Numbers of the frames that arrive in the window."""
        air, below = self._air, self._lost_below
        return (k for k in self.window(after, before) if mix(air, k) & _SIXTEEN >= below)

    def count(self, after: int, before: int) -> int:
        """How many arrive in the window."""
        return sum(1 for _ in self.arrivals(after, before))

    def first_arrival(self, at: int) -> int | None:
        """The first frame handled at that time or later that arrives; None when the device has ended."""
        return self.next_arrival(self._first_handled(max(at, self._begins or at)) - 1)

    def next_arrival(self, k: int) -> int | None:
        """The first frame after k that arrives; None when the device has ended."""
        k += 1
        while mix(self._air, k) & _SIXTEEN < self._lost_below:
            k += 1
        ended = self._ends is not None and handled_at(self.beat.time(k)) >= self._ends
        return None if ended else k

    def frame(self, k: int) -> Frame:
        """Frame k, as the Network Server heard it."""
        time, air, sky = self.beat.time(k), mix(self._air, k), mix(self._air, ~k)
        device, link = self.device, self.link
        f_port, payload = self._payload(time, k, air >> 16 & _SIXTEEN)
        session, f_cnt = divmod(k + self._session_offset, self._session_length)
        session_key_id, dev_addr = self.activation(session)
        return Frame(
            device.municipality.application,
            device.device_id,
            time,
            TTN_TENANT,
            device.dev_eui,
            device.join_eui,
            dev_addr,
            session_key_id,
            f_cnt,
            f_port,
            payload,
            profile=device.profile,
            place=device.place,
            gateways=link.heard(sky),
            spreading_factor=link.spreading_factor,
            frequency=CHANNELS[sky & 7],
            loss=round(link.loss, 4),
        )

    def activation(self, session: int) -> tuple[str, str]:
        """session_key_id and dev_addr of a session."""
        number, key, address = self._session
        if number != session:
            secret = key_of(self.device.key, "session", session)
            raw = secret.to_bytes(8, "big") + mix(secret, 1).to_bytes(8, "big")
            key, address = base64.b64encode(raw).decode(), f"{_NET_ADDRESSES | mix(secret, 2) & 0xFF_FFFF:08X}"
            self._session = (session, key, address)
        return key, address

    def _payload(self, time: int, k: int, fate: int) -> tuple[int, bytes]:
        if fate < _MAC_ONLY:
            return 0, b""
        make = self._make
        if make is None:
            make = self._make = ROLES[self.device.role].make(self.device, self._weather, self.beat)
        f_port, payload = make(time, k, mix(self._content, k))
        return (f_port, payload[: len(payload) // 2]) if fate < _MAC_ONLY + _BROKEN else (f_port, payload)

    def _first_handled(self, at: int) -> int:
        time = self.beat.time
        k = self.beat.first(at - _LONGEST_HANDLING)
        while handled_at(time(k)) < at:
            k += 1
        return k

    def _sessions(self) -> tuple[int, int]:
        """Frames of a session, and by how many the first one is off; some devices join anew every week or two."""
        device = self.device
        often = device.trait("rejoins", 0, 1) < _OFTEN
        days = device.trait("stays", 6, 16) if often else device.trait("lasts", 300, 900)
        length = max(int(self.beat.per_day * days), 2)
        if self._begins is not None:
            return length, -self._first_handled(self._begins)
        return length, key_of(device.key, "joined") % length
