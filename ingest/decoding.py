"""From the bytes of an uplink to readings that may be stored: which decoder, and which values are believed."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from decoders import catalogue
from decoders.decoder import Decoder, Frame
from smartregion import timestamps
from smartregion.clock import DAY, HOUR
from smartregion.errors import NoDecoder, Undecodable
from smartregion.model import Decoded, Profile, Reading, Uplink
from smartregion.quantities import QUANTITIES
from smartregion.region import Application
from store.registry.protocol import Registry

# A time stated by a device whose clock was never set would land in another year.
OLDEST_STATED = 400 * DAY
AHEAD_STATED = 1 * HOUR

_RANGES: Mapping[str, tuple[float, float]] = {
    name: (-math.inf if each.low is None else each.low, math.inf if each.high is None else each.high)
    for name, each in QUANTITIES.items()
}


class Believed(NamedTuple):
    """Readings that are plausible, what was left out, and where the counters among them roll over."""

    readings: list[Reading]
    warnings: tuple[str, ...]
    moduli: Mapping[str, float]


class Decoding:
    """Chooses a decoder by assignment, by pattern of the region file, or by what The Things Stack says."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._version = registry.version
        self._chosen: dict[tuple[str, Profile | None], Decoder] = {}

    def decode(self, uplink: Uplink, application: Application) -> Believed:
        """Readings of the uplink, the radio's own among them.

        Raises:
            NoDecoder: nothing knows the device. Undecodable: its decoder does not know these bytes.
        """
        decoder = self._decoder(uplink, application)
        decoded = _read(decoder, Frame(uplink.f_port, uplink.payload, uplink.received_at))
        readings: list[Reading] = []
        warnings = list(decoded.warnings)
        for reading in decoded.readings:
            low, high = _RANGES[reading.quantity]
            if low <= reading.value <= high and (reading.time is None or _credible(reading.time, uplink.received_at)):
                readings.append(reading)
            else:
                warnings.append(_doubt(reading))
        if uplink.radio is not None:
            readings.append(Reading("radio.rssi", uplink.radio.rssi))
            readings.append(Reading("radio.snr", uplink.radio.snr))
        return Believed(readings, tuple(warnings), decoder.moduli)

    def _decoder(self, uplink: Uplink, application: Application) -> Decoder:
        if self._version != self._registry.version:
            self._version = self._registry.version
            self._chosen.clear()
        key = (uplink.device, uplink.profile)
        decoder = self._chosen.get(key)
        if decoder is None:
            decoder = self._chosen[key] = self._choose(uplink, application)
        return decoder

    def _choose(self, uplink: Uplink, application: Application) -> Decoder:
        profile = self.profile(uplink, application)
        if profile is None:
            raise NoDecoder(
                f"the profile of {uplink.device} is not known; name it in the region file under "
                "[[applications.profiles]] or with `smartregion device assign --profile BRAND/MODEL`"
            )
        decoder = catalogue.find(profile)
        if decoder is None:
            raise NoDecoder(f"no decoder for {profile.name} (port {uplink.f_port}); see `smartregion decoder list`")
        return decoder

    def profile(self, uplink: Uplink, application: Application) -> Profile | None:
        """What the device is taken for."""
        for assignment in self._registry.assignments(uplink.device):
            named = str(assignment.parameters.get("profile", ""))
            if named and assignment.covers(uplink.received_at):
                return Profile(*named.split("/", 1)) if "/" in named else None
        device = self._registry.device(uplink.device)
        return application.profile_of(uplink.device_id) or uplink.profile or (device.profile if device else None)


def _read(decoder: Decoder, frame: Frame) -> Decoded:
    try:
        return decoder.decode(frame)
    except Undecodable:
        raise
    except Exception as error:
        # Contributed code: its mistakes must cost its own frames only.
        raise Undecodable(f"the decoder {decoder.name} has a mistake: {type(error).__name__}: {error}") from error


def _credible(stated: int, received_at: int) -> bool:
    return received_at - OLDEST_STATED <= stated <= received_at + AHEAD_STATED


def _doubt(reading: Reading) -> str:
    """Why a reading is left out."""
    low, high = _RANGES[reading.quantity]
    if reading.time is None or not low <= reading.value <= high:
        return f"{reading.quantity} {reading.value:g} is outside {low:g} to {high:g}"
    return f"{reading.quantity} states the time {timestamps.render(reading.time)}, too far from the frame's own"
