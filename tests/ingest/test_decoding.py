"""What reads a frame, in which order, and how it is noted with the uplink."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from decoders import catalogue, field_file
from decoders.decoder import ANY_PORT, Decoder, Frame
from decoders.library import Library, Origin
from ingest.decoding import Believed, Decoding
from smartregion import timestamps
from smartregion.clock import HOUR
from smartregion.errors import NoDecoder, Unavailable, Undecodable
from smartregion.model import Assignment, Decoded, Point, Profile, Reading, Uplink
from store.registry.protocol import Sighting
from store.registry.sql import SqlRegistry
from tests.ingest.offering import Offer, library_with
from tests.ingest.test_pipeline import make_region

NOW = timestamps.parse("2026-11-22T12:00:00Z")
REGION = make_region(profiles=[])
APPLICATION = REGION.applications[0]
SENSOR = Profile("milesight-iot", "em300-th")
METER = Profile("acme", "flow-7")
NORMALIZED = json.dumps([{"air": {"temperature": 3.0}}]).encode()
DECODED = json.dumps({"t": 4.0}).encode()
MAPPING = field_file.parse(
    'brand = "acme"\nmodels = ["flow-7"]\n[[fields]]\nfield = "t"\nquantity = "air.temperature"\n', "acme.fields.toml"
)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[SqlRegistry]:
    made = SqlRegistry.open(tmp_path / "registry.db", REGION)
    made.sight([Sighting("umwelt-sensorik", "klima-01", NOW, None, None, None)])
    yield made
    made.close()


def degrees(value: float, profile: Profile, version: str = "1.0.0") -> Decoder:
    """A decoder that always gives the same temperature."""
    return Decoder(
        brand=profile.brand,
        models=(profile.model,),
        title="Thermometer",
        domain="environment",
        source="a test",
        ports=ANY_PORT,
        quantities=("air.temperature",),
        read=lambda _: Decoded((Reading("air.temperature", value),)),
        version=version,
    )


def uplink(profile: Profile | None = METER, normalized: bytes = b"", decoded: bytes = b"") -> Uplink:
    return Uplink(
        application="umwelt-sensorik",
        device_id="klima-01",
        received_at=NOW,
        forwarded_at=NOW,
        f_port=85,
        payload=bytes.fromhex("0367f600"),
        profile=profile,
        normalized=normalized,
        decoded=decoded,
    )


def temperature(believed: Believed) -> float:
    return next(each.value for each in believed.readings if each.quantity == "air.temperature")


def test_an_operators_decoder_stands_before_packages_the_platforms_own_and_installed_codecs(
    registry: SqlRegistry,
) -> None:
    offers = {origin: Offer(degrees(n, SENSOR), origin=origin) for n, origin in enumerate(Origin)}
    del offers[Origin.BUILT_IN]
    found = []
    while offers:
        found.append(
            temperature(Decoding(registry, Library(list(offers.values()))).decode(uplink(SENSOR), APPLICATION))
        )
        offers.pop(next(iter(offers)))
    found.append(temperature(Decoding(registry).decode(uplink(SENSOR), APPLICATION)))

    # The codec alone is beaten by what comes with the platform: 24.6 °C.
    assert found == [0.0, 1.0, 24.6, 24.6]


def test_what_the_server_decoded_is_used_only_when_no_decoder_knows_the_device(registry: SqlRegistry) -> None:
    library = Library([Offer(mappings=(MAPPING,))])
    decoding = Decoding(registry, library)

    both = decoding.decode(uplink(normalized=NORMALIZED, decoded=DECODED), APPLICATION)
    mapped = decoding.decode(uplink(decoded=DECODED), APPLICATION)
    own = decoding.decode(uplink(SENSOR, normalized=NORMALIZED, decoded=DECODED), APPLICATION)

    assert [(temperature(each), each.decoder) for each in (both, mapped, own)] == [
        (3.0, "normalized payload"),
        (4.0, "decoded payload acme/flow-7"),
        (24.6, "milesight-iot/em300-th 1.0.0"),
    ]


def test_a_normalized_payload_maps_by_itself_even_when_nothing_is_known_of_the_device(registry: SqlRegistry) -> None:
    assert temperature(Decoding(registry).decode(uplink(None, normalized=NORMALIZED), APPLICATION)) == 3.0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (uplink(None, decoded=DECODED), "the profile of umwelt-sensorik.klima-01 is not known"),
        (uplink(METER), r"no decoder for acme/flow-7 \(port 85\)"),
        (uplink(METER, decoded=DECODED), "a mapping would make readings"),
    ],
    ids=["nothing known", "no decoder", "decoded, but not mapped"],
)
def test_what_nothing_reads_is_told_with_what_to_do(registry: SqlRegistry, given: Uplink, words: str) -> None:
    with pytest.raises(NoDecoder, match=words):
        Decoding(registry).decode(given, APPLICATION)


def test_what_an_assignment_names_holds_from_its_start_to_its_end_in_any_order_of_frames(registry: SqlRegistry) -> None:
    registry.save_point(Point("rathaus", "musterstadt", "Rathaus"))
    registry.assign(
        Assignment(
            "umwelt-sensorik.klima-01", "rathaus", NOW - HOUR, NOW, parameters={"profile": "milesight-iot/em300-th"}
        )
    )
    decoding = Decoding(registry, library_with(degrees(7.0, METER)))
    times = [NOW - HOUR, NOW, NOW - 1, NOW - 2 * HOUR]

    found = [temperature(decoding.decode(uplink()._replace(received_at=time), APPLICATION)) for time in times]

    assert found == [24.6, 7.0, 24.6, 7.0]


def test_a_library_that_changed_is_asked_again(registry: SqlRegistry) -> None:
    offer = Offer(degrees(1.0, METER))
    library = Library([offer])
    decoding = Decoding(registry, library)
    before = decoding.decode(uplink(), APPLICATION)

    offer.decoders = (degrees(2.0, METER, "1.1.0"),)
    assert library.refresh()
    after = decoding.decode(uplink(), APPLICATION)

    assert (temperature(before), before.decoder) == (1.0, "acme/flow-7 1.0.0")
    assert (temperature(after), after.decoder) == (2.0, "acme/flow-7 1.1.0")


def failing(error: Exception) -> Callable[[Frame], Decoded]:
    def read(_frame: Frame) -> Decoded:
        raise error

    return read


@pytest.mark.parametrize(
    ("raised", "comes"),
    [
        (Undecodable("cut short"), Undecodable),
        (ZeroDivisionError("division by zero"), Undecodable),
        # The workers for JavaScript are stopped: the message is to wait, not to be quarantined.
        (Unavailable("stopped"), Unavailable),
    ],
)
def test_an_error_of_a_decoder_is_told_by_what_is_to_be_done(
    registry: SqlRegistry, raised: Exception, comes: type[Exception]
) -> None:
    decoder = catalogue.find(SENSOR)
    assert decoder is not None
    library = library_with(replace(decoder, read=failing(raised)))

    with pytest.raises(comes):
        Decoding(registry, library).decode(uplink(SENSOR), APPLICATION)
