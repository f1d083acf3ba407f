"""Decoded and normalized payloads come out in our words and units, and never with a value nobody stated."""

import json
import math
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decoders import field_file, fields, paths, units
from decoders.fields import FieldMapping, from_decoded, from_normalized
from smartregion import timestamps
from smartregion.errors import Misconfigured, Undecodable
from smartregion.model import Attributes, Decoded, Reading
from smartregion.quantities import QUANTITIES

WHEN = timestamps.parse("2026-06-01T12:00:00Z")


def mapping(text: str) -> FieldMapping:
    return field_file.parse(text, "acme.fields.toml")


def one(rest: str) -> FieldMapping:
    return mapping(f'[[fields]]\nfield = "x"\n{rest}')


def read(declared: FieldMapping, data: object) -> Decoded:
    return from_decoded(json.dumps(data).encode(), declared)


def normalized(*measurements: object) -> Decoded:
    return from_normalized(json.dumps(measurements).encode())


@pytest.mark.parametrize(
    ("quantity", "unit", "given", "value"),
    [
        ("energy.active_import_total", "kW.h", 1810.1, 1810100.0),
        ("energy.active_import_total", "", 1810.1, 1810.1),
        ("heat.energy_total", "GJ", 3.6, 1_000_000.0),
        ("water.volume_total", "m3", 12.345, 12345.0),
        ("air.temperature", "[degF]", -40, -40.0),
        ("air.temperature", "K", 273.15, 0.0),
        ("air.pressure", "kPa", 101.3, 1013.0),
        ("soil.conductivity", "uS/cm", 1234, 1.234),
        ("wind.speed", "[kn_i]", 10, 5.14444444444444),
        ("wind.speed", "km/h", 36, 10.0),
        ("device.battery_voltage", "mV", 3600, 3.6),
        ("level.distance", "mm", 1250, 1.25),
        ("rain.intensity", "mm/h", 5, 5.0),
        ("acceleration.x", "m/s2", 9.80665, 1.0),
        ("power.factor", "%", 98, 0.98),
        ("soil.ph", "[pH]", 7, 7.0),
        ("water.flow_rate", "m3/h", 0.1, 100.0),
    ],
)
def test_units_become_ours(quantity: str, unit: str, given: float, value: float) -> None:
    declared = one(f'quantity = "{quantity}"\nunit = "{unit}"')

    assert read(declared, {"x": given}).readings == (Reading(quantity, value),)


@pytest.mark.parametrize("name", QUANTITIES)
def test_every_unit_that_may_be_named_is_undone_by_its_opposite(name: str) -> None:
    wanted = QUANTITIES[name].unit
    for other in units.convertible(wanted):
        there, back = units.conversion(wanted, other), units.conversion(other, wanted)
        assert there is not None
        assert back is not None
        assert math.isclose(back(there(12.5)), 12.5, rel_tol=1e-9)


def test_units_of_another_kind_convert_to_nothing() -> None:
    assert units.conversion("W", "W.h") is None
    assert units.conversion("[pH]", "{NTU}") is None
    assert units.conversion("kWh", "W.h") is None


def test_factor_and_offset_come_before_the_unit() -> None:
    declared = one('quantity = "water.volume_total"\nunit = "m3"\nfactor = 0.1\noffset = 2\nmodulus = 100000')

    assert read(declared, {"x": 5}).readings[0].value == 2500.0
    assert declared.moduli == {"water.volume_total": 1e8}


@pytest.mark.parametrize(("given", "value"), [("open", 1.0), (" CLOSED", 0.0), (2, 1.0), (True, 0.0), (0, 0.0)])
def test_words_say_what_a_state_is(given: object, value: float) -> None:
    declared = one('quantity = "contact.open"\nwords = {open = 1, Closed = 0, 2 = 1, true = 0}')

    assert read(declared, {"x": given}).readings[0].value == value


def test_an_event_that_did_not_happen_is_no_reading() -> None:
    declared = one('quantity = "button.pressed"')

    assert read(declared, {"x": True}).readings == (Reading("button.pressed", 1.0),)
    assert read(declared, {"x": False}) == ((), ())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "null is no number"),
        (True, "true is no number"),
        ("warm", "warm is no number"),
        ("1_000", "1_000 is no number"),
        ("NaN", "nan is no finite number"),
        ([], "a list is no number"),
        ({}, "an object is no number"),
        (-999, "-999 stands for no value"),
        (-999.0, "-999 stands for no value"),
        ("N/A", "n/a stands for no value"),
        (0.25, "0.25 stands for no value"),
        (10**400, "no"),
    ],
)
def test_a_value_that_says_nothing_is_a_warning(given: object, words: str) -> None:
    declared = one('quantity = "air.temperature"\nmissing = [-999, "n/a", 0.25]')

    decoded = read(declared, {"x": given})

    assert decoded.readings == ()
    assert decoded.warnings[0].startswith("air.temperature: x: ")
    assert words in decoded.warnings[0]


def test_a_state_is_nothing_between_on_and_off() -> None:
    assert "neither 0 nor 1" in read(one('quantity = "valve.open"'), {"x": 0.5}).warnings[0]


def test_numbers_may_be_written_as_text() -> None:
    assert read(one('quantity = "air.temperature"'), {"x": " -3.50"}).readings[0].value == -3.5


def test_a_field_that_is_not_there_is_passed_over_unless_none_is() -> None:
    declared = mapping('[[fields]]\nfield="a"\nquantity="air.temperature"\n[[fields]]\nfield="b"\nquantity="air.co2"')

    assert read(declared, {"b": 400}) == ((Reading("air.co2", 400.0),), ())
    assert read(declared, {"c": 1, "d": 2}).warnings == ("none of the mapped fields is there, but c, d",)


HISTORY = mapping("""
time = "at"
[[fields]]
field = "history[*].ports[*].v"
quantity = "pulse.count_total"
labels = {channel = "history[*].ports[*].port"}
time = "history[*].at"
[[fields]]
field = "now[1]"
quantity = "air.temperature"
attributes = {line = "2"}
""")


def test_lists_give_each_value_with_its_own_time_and_labels() -> None:
    ports = [{"port": 1, "v": 10}, {"port": "B", "v": 20}]
    data = {
        "at": "2026-06-01T12:00:00Z",
        "history": [{"at": WHEN // 1_000_000_000, "ports": ports}, {"at": WHEN // 1_000_000 + 1, "ports": ports[:1]}],
        "now": [1, 2],
    }

    def pulses(port: str, value: float, time: int) -> Reading:
        return Reading("pulse.count_total", value, (("channel", port),), time)

    assert read(HISTORY, data).readings == (
        pulses("1", 10.0, WHEN),
        pulses("B", 20.0, WHEN),
        pulses("1", 10.0, WHEN + 1_000_000),
        Reading("air.temperature", 2.0, (("line", "2"),), WHEN),
    )


@pytest.mark.parametrize("at", ["yesterday", 1e30, -1e30, True, [], "0001-01-01T00:00:00Z"])
def test_a_value_with_a_time_nobody_can_read_is_left_out(at: object) -> None:
    decoded = read(HISTORY, {"history": [{"at": at, "ports": [{"v": 1, "port": 1}]}]})

    assert decoded.readings == ()
    assert "history[0].ports[0].v: its time is" in decoded.warnings[0]


def test_two_values_for_one_series_and_time_are_told() -> None:
    declared = mapping('[[fields]]\nfield = "a[*]"\nquantity = "air.temperature"')

    assert read(declared, {"a": [1, 1]}) == ((Reading("air.temperature", 1.0),), ())
    decoded = read(declared, {"a": [1, 2]})
    assert decoded.readings == (Reading("air.temperature", 1.0),)
    assert "nothing that tells them apart" in decoded.warnings[0]


@pytest.mark.parametrize("raw", [b"", b"{", b"null", b"[]", b"1", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_undecodable(raw: bytes) -> None:
    with pytest.raises(Undecodable):
        from_decoded(raw, HISTORY)


EVERYTHING = {
    "time": "2026-06-01T12:00:00Z",
    "soil": {"depth": 10, "moisture": 1, "temperature": 2, "ec": 3, "pH": 4, "n": 5, "p": 6, "k": 7},
    "air": {
        "location": "outdoor",
        "temperature": 8,
        "relativeHumidity": 9,
        "pressure": 910,
        "co2": 11,
        "lightIntensity": 12,
    },
    "wind": {"speed": 13, "direction": 14},
    "battery": 3.6,
    "water": {"leak": True, "temperature": {"min": 1, "max": 2, "avg": 3, "current": 15}},
    "metering": {"water": {"total": 16}},
    "action": {"motion": {"detected": True, "count": 17}, "contactState": "closed"},
    "position": {"latitude": 50.9, "longitude": -7.1},
}


def test_every_field_of_a_normalized_payload_has_its_word() -> None:
    decoded = normalized(EVERYTHING)
    deep: Attributes = (("depth_cm", "10"),)

    assert decoded.warnings == ()
    assert {(quantity, attributes): value for quantity, value, attributes, _ in decoded.readings} == {
        ("soil.moisture", deep): 1.0,
        ("soil.temperature", deep): 2.0,
        ("soil.conductivity", deep): 3.0,
        ("soil.ph", deep): 4.0,
        ("soil.nitrogen", deep): 5.0,
        ("soil.phosphorus", deep): 6.0,
        ("soil.potassium", deep): 7.0,
        ("air.temperature", ()): 8.0,
        ("air.relative_humidity", ()): 9.0,
        ("air.pressure", ()): 910.0,
        ("air.co2", ()): 11.0,
        ("air.illuminance", ()): 12.0,
        ("wind.speed", ()): 13.0,
        ("wind.direction", ()): 14.0,
        ("device.battery_voltage", ()): 3.6,
        ("water.leak", ()): 1.0,
        ("water.temperature", ()): 15.0,
        ("water.volume_total", ()): 16.0,
        ("motion.detected", ()): 1.0,
        ("motion.count", ()): 17.0,
        ("contact.open", ()): 0.0,
        ("position.latitude", ()): 50.9,
        ("position.longitude", ()): -7.1,
    }
    assert {reading.time for reading in decoded.readings} == {WHEN}
    assert {reading.quantity for reading in decoded.readings} | {"rain.total", "rain.intensity"} == set(
        fields.NORMALIZABLE
    )


def test_several_measurements_keep_their_own_times() -> None:
    early = {"time": "2026-06-01T12:00:00Z", "air": {"temperature": 1}}

    assert normalized(early, {"air": {"temperature": 2}}).readings == (
        Reading("air.temperature", 1.0, (), WHEN),
        Reading("air.temperature", 2.0),
    )
    assert from_normalized(json.dumps(early).encode()).readings == normalized(early).readings


@pytest.mark.parametrize(("leak", "value"), [("leak", 1.0), ("No leak", 0.0), (False, 0.0)])
def test_a_leak_may_be_a_word(leak: object, value: float) -> None:
    assert normalized({"water": {"leak": leak}}).readings == (Reading("water.leak", value),)


def test_what_has_no_word_is_told() -> None:
    decoded = normalized({"air": {"smell": 1, "temperature": None}}, {"air": {"smell": 2}, "battery": 3})

    assert decoded.readings == (Reading("device.battery_voltage", 3.0),)
    assert decoded.warnings == (
        "air.temperature: air.temperature: null is no number",
        "air.smell is no field of the normalized payload",
    )


@pytest.mark.parametrize("raw", [b"", b"[1]", b"7", b"null", b'[{}, "x"]'])
def test_what_is_no_list_of_measurements_is_undecodable(raw: bytes) -> None:
    with pytest.raises(Undecodable):
        from_normalized(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["air", "temperature", "time", "history", "at", "ports", "v", "x"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(data=JSON)
def test_any_json_gives_finite_values_or_undecodable(data: object) -> None:
    raw = json.dumps(data).encode()
    for decode in (from_normalized, lambda given: from_decoded(given, HISTORY)):
        with suppress(Undecodable):
            decoded = decode(raw)
            assert all(math.isfinite(reading.value) for reading in decoded.readings)
            assert all(isinstance(warning, str) for warning in decoded.warnings)


@pytest.mark.parametrize("text", ["a", "a.b[0].c", "history[*].t", '"a.b"[3]."c[0]"', "[0].a", "ä ß.x-y"])
def test_a_path_is_written_as_it_was_read(text: str) -> None:
    assert paths.render(paths.parse(text)) == text


@pytest.mark.parametrize("text", ["", ".", "a.", "a..b", "a[b]", "a[", "a]b", ".a", 'a"b', "a[-1]", "a b[0]c"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no path"):
        paths.parse(text)


def test_every_mistake_of_a_mapping_file_is_told_at_once_with_its_line() -> None:
    with pytest.raises(Misconfigured) as caught:
        mapping(
            """
time = "a..b"
colour = "red"
domain = "sea"
[[fields]]
field = "a"
quantity = "water.volume"
[[fields]]
field = "a[b]"
quantity = "water.volume_total"
unit = "kWh"
factor = "two"
[[fields]]
quantity = "air.temperature"
modulus = 3
attributes = {Phase = "L1"}
"""
        )

    told = str(caught.value).splitlines()
    assert told[0] == "acme.fields.toml has 10 mistakes:"
    assert [line.split(" ", 5)[2:5] for line in told[1:]] == [
        ["line", "2:", "time"],
        ["line", "3:", "colour"],
        ["line", "4:", "domain"],
        ["line", "7:", "fields[1].quantity"],
        ["line", "9:", "fields[2].field"],
        ["line", "11:", "fields[2].unit"],
        ["line", "12:", "fields[2].factor"],
        ["line", "13:", "fields[3].field"],
        ["line", "15:", "fields[3].modulus"],
        ["line", "16:", "fields[3].attributes.Phase.[key]"],
    ]


@pytest.mark.parametrize("text", ["", "fields = []", "fields = 3", "[[fields]", "[[fields]]"])
def test_a_file_without_fields_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured, match=r"acme\.fields\.toml"):
        mapping(text)


def test_a_folder_of_mappings_is_loaded_and_what_is_broken_reported(tmp_path: Path) -> None:
    good = 'brand = "Acme"\nmodels = ["T1"]\n[[fields]]\nfield = "t"\nquantity = "air.temperature"\n'
    (tmp_path / "a.fields.toml").write_text(good)
    (tmp_path / "b.fields.toml").write_text(good.replace('brand = "Acme"\n', ""))
    (tmp_path / "c.fields.toml").write_text("[[fields")
    (tmp_path / "other.toml").write_text("nonsense")

    mappings, problems = field_file.load(tmp_path)

    assert [(each.brand, each.models) for each in mappings] == [("acme", ("t1",))]
    assert [problem.place for problem in problems] == ["b.fields.toml", "c.fields.toml"]
    assert "brand and models are missing" in problems[0].words
