"""From the bytes of an uplink to readings that may be stored: which decoder, and which values are believed."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from decoders.decoder import Decoder, Frame
from decoders.fields import FieldMapping, from_decoded, from_normalized
from decoders.library import Library
from smartregion import timestamps
from smartregion.clock import DAY, HOUR
from smartregion.errors import NoDecoder, Unavailable, Undecodable
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


_NO_MODULI: Mapping[str, float] = {}
NORMALIZED = "normalized payload"
DECODED = "decoded payload"


class Believed(NamedTuple):
    """Readings that are plausible, what was left out, where the counters among them roll over, and what read them."""

    readings: list[Reading]
    warnings: tuple[str, ...]
    moduli: Mapping[str, float]
    decoder: str = ""
    """Name and version of the decoder, or which payload of The Things Stack's was used."""


class _Choice(NamedTuple):
    """What reads the frames of a device: a decoder, or else what The Things Stack's own formatter made of them."""

    decoder: Decoder | None
    label: str
    moduli: Mapping[str, float]
    mapping: FieldMapping | None
    profile: Profile | None


class Decoding:
    """Chooses what reads a frame, and reads it.

    The profile is the assignment's, else the region file's, else what The Things Stack says, else what is known of the
    device. Its decoder is the library's; without one the normalized payload counts, then the decoded payload where a
    mapping says what its fields mean.
    """

    def __init__(self, registry: Registry, library: Library | None = None) -> None:
        """`library`: all decoders; without it those that come with the platform."""
        self._registry = registry
        self._library = library or Library()
        self._versions = (registry.version, self._library.version)
        self._chosen: dict[tuple[str, Profile | None], _Choice] = {}

    def decode(self, uplink: Uplink, application: Application) -> Believed:
        """Readings of the uplink, the radio's own among them.

        Raises:
            NoDecoder: nothing knows the device. Undecodable: its decoder does not know these bytes.
        """
        choice = self._choice(uplink, application)
        decoder = choice.decoder
        if decoder is None:
            decoded, label = _from_payload(choice, uplink)
        else:
            decoded, label = _read(decoder, Frame(uplink.f_port, uplink.payload, uplink.received_at)), choice.label
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
        return Believed(readings, tuple(warnings), choice.moduli, label)

    def reader(self, uplink: Uplink, application: Application) -> str:
        """What reads the uplink: a decoder's name and version, or which payload of The Things Stack's; else empty."""
        choice = self._choice(uplink, application)
        return choice.label if choice.decoder is not None else _payload_used(choice, uplink)

    def _choice(self, uplink: Uplink, application: Application) -> _Choice:
        versions = (self._registry.version, self._library.version)
        if self._versions != versions:
            self._versions = versions
            self._chosen.clear()
        key = (uplink.device, uplink.profile)
        choice = self._chosen.get(key)
        if choice is None:
            choice = self._choose(uplink, application)
            # What an assignment names holds from..until only, so it is looked up for each frame.
            if not any("profile" in each.parameters for each in self._registry.assignments(uplink.device)):
                self._chosen[key] = choice
        return choice

    def _choose(self, uplink: Uplink, application: Application) -> _Choice:
        profile = self.profile(uplink, application)
        known = self._library.find(profile) if profile else None
        if known is not None:
            return _Choice(known.decoder, known.label, known.decoder.moduli, None, profile)
        mapping = self._library.mapping(profile) if profile else None
        return _Choice(None, "", mapping.moduli if mapping else _NO_MODULI, mapping, profile)

    def profile(self, uplink: Uplink, application: Application) -> Profile | None:
        """What the device is taken for."""
        return profile_of(uplink, application, self._registry)


def profile_of(uplink: Uplink, application: Application, registry: Registry | None) -> Profile | None:
    """What a device is: the assignment's word, the region file's, The Things Stack's, the registry's, in this order."""
    for assignment in registry.assignments(uplink.device) if registry else ():
        named = str(assignment.parameters.get("profile", ""))
        if named and assignment.covers(uplink.received_at):
            return Profile(*named.split("/", 1)) if "/" in named else None
    device = registry.device(uplink.device) if registry else None
    return application.profile_of(uplink.device_id) or uplink.profile or (device.profile if device else None)


def _from_payload(choice: _Choice, uplink: Uplink) -> tuple[Decoded, str]:
    """Readings of what The Things Stack's own formatter made of the frame, and which of its payloads was used."""
    used = _payload_used(choice, uplink)
    if used == NORMALIZED:
        return from_normalized(uplink.normalized), used
    if used and choice.mapping is not None:
        return from_decoded(uplink.decoded, choice.mapping), used
    raise _no_decoder(choice, uplink)


def _payload_used(choice: _Choice, uplink: Uplink) -> str:
    if uplink.normalized:
        return NORMALIZED
    if uplink.decoded and choice.mapping is not None and choice.profile is not None:
        return f"{DECODED} {choice.profile.name}"
    return ""


def _no_decoder(choice: _Choice, uplink: Uplink) -> NoDecoder:
    profile = choice.profile
    if profile is None:
        return NoDecoder(
            f"the profile of {uplink.device} is not known; name it in the region file under "
            "[[applications.profiles]] or with `smartregion device assign --profile BRAND/MODEL`"
        )
    beside = "; it has a decoded payload, which a mapping would make readings of" if uplink.decoded else ""
    return NoDecoder(
        f"no decoder for {profile.name} (port {uplink.f_port}){beside}; see `smartregion decoder try --message` and "
        "`smartregion decoder new`"
    )


def _read(decoder: Decoder, frame: Frame) -> Decoded:
    try:
        return decoder.decode(frame)
    except (Undecodable, Unavailable):
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
