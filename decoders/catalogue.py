"""Every decoder that comes with the platform, and which one reads a device."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from decoders import (
    adeunis,
    axioma,
    bosch,
    browan,
    cayenne,
    decentlab,
    digital_matter,
    dingtek,
    dragino,
    elsys,
    elvaco,
    emu,
    fludia,
    imbuildings,
    mclimate,
    milesight,
    nas,
    nwave,
    parametric,
    pepperl_fuchs,
    sensecap,
    teneo,
    terabee,
    yobiiq,
)
from decoders.decoder import ANY_MODEL, Decoder
from smartregion.model import Profile

DECODERS: Final[tuple[Decoder, ...]] = (
    *milesight.DECODERS,
    *dragino.DECODERS,
    *decentlab.DECODERS,
    *elsys.DECODERS,
    *axioma.DECODERS,
    *emu.DECODERS,
    *bosch.DECODERS,
    *dingtek.DECODERS,
    *pepperl_fuchs.DECODERS,
    *teneo.DECODERS,
    *terabee.DECODERS,
    *nwave.DECODERS,
    *parametric.DECODERS,
    *digital_matter.DECODERS,
    *imbuildings.DECODERS,
    *sensecap.DECODERS,
    *yobiiq.DECODERS,
    *nas.DECODERS,
    *mclimate.DECODERS,
    *cayenne.DECODERS,
    *browan.DECODERS,
    *fludia.DECODERS,
    *elvaco.DECODERS,
    *adeunis.DECODERS,
)


def all_decoders() -> tuple[Decoder, ...]:
    """Every decoder, family by family."""
    return DECODERS


def find(profile: Profile) -> Decoder | None:
    """The decoder of a brand and model; of several layouts the one in force with the device's firmware.

    Without a known firmware it is the newest layout. None: nothing knows the device.
    """
    return choose(_BY_PROFILE, profile)


def choose(decoders: Mapping[tuple[str, str], tuple[Decoder, ...]], profile: Profile) -> Decoder | None:
    """The same among other decoders, those of `by_profile`."""
    brand, model = profile.brand.lower(), profile.model.lower()
    return newest(decoders.get((brand, model)) or decoders.get((brand, *ANY_MODEL), ()), profile.firmware)


def newest(layouts: Iterable[Decoder], firmware: str) -> Decoder | None:
    """The layout with the highest `since` that is not after `firmware` (empty: not known)."""
    known = release(firmware)
    fitting = [layout for layout in layouts if not known or release(layout.since) <= known]
    return max(fitting, key=lambda layout: release(layout.since), default=None)


def release(version: str) -> tuple[int, ...]:
    """`v1.10` as (1, 10), so that it comes after `1.9`."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


def by_profile(decoders: Iterable[Decoder]) -> Mapping[tuple[str, str], tuple[Decoder, ...]]:
    """Decoders by brand and model, to be chosen from."""
    found: dict[tuple[str, str], tuple[Decoder, ...]] = {}
    for decoder in decoders:
        for model in decoder.models:
            found[decoder.brand, model] = (*found.get((decoder.brand, model), ()), decoder)
    return MappingProxyType(found)


_BY_PROFILE: Final = by_profile(DECODERS)
