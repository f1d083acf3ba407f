"""What a codec is given, and what becomes of its output."""

import time

import pytest

from decoders.decoder import ANY_PORT
from decoders.field_file import parse
from decoders.javascript.codec import as_decoder, run
from decoders.javascript.limits import Failed
from decoders.javascript.pool import Pool
from smartregion.errors import Undecodable
from smartregion.model import Reading
from tests.decoders.javascript.world import (
    FRAME,
    HOLDS_TEMPERATURE,
    NORMALIZES,
    RECEIVED_AT,
    gives,
    make_codec,
)

COUNTS = "function decodeUplink(i) { return {data: {n: i.bytes.length}}; }"
MAPPING = parse('[[fields]]\nfield = "t"\nquantity = "air.temperature"\nunit = "[degF]"\n', "fields.toml")


def data_of(pool: Pool, expression: str) -> object:
    return run(gives(expression), pool, FRAME).data


def test_a_codec_gets_bytes_port_and_the_time_of_reception(pool: Pool) -> None:
    data = data_of(pool, "{b: input.bytes, p: input.fPort, t: input.recvTime, date: input.recvTime instanceof Date}")

    assert data == {"b": [1, 255], "p": 5, "t": "2026-05-28T20:26:40.123Z", "date": True}


@pytest.mark.parametrize(
    "now",
    [
        "Date.now()",
        "new Date().getTime()",
        "+new Date()",
        "new (new Date().constructor)().getTime()",
        "Reflect.construct(Date, []).getTime()",
        "new (class extends Date {})().getTime()",
    ],
)
def test_now_is_when_the_frame_was_received(pool: Pool, now: str) -> None:
    assert data_of(pool, f"{{now: {now}}}") == {"now": RECEIVED_AT // 1_000_000}


def test_dates_are_otherwise_as_ever_and_local_time_is_utc(pool: Pool) -> None:
    data = data_of(
        pool,
        "{text: typeof Date() === 'string', a: new Date(2020, 6, 1, 12), b: Date.UTC(2020, 6), c: Date.parse('1970'),"
        " d: new Date().getTimezoneOffset(), e: Object.prototype.toString.call(new Date())}",
    )

    expected = {"text": True, "a": "2020-07-01T12:00:00.000Z", "b": 1593561600000, "c": 0, "d": 0, "e": "[object Date]"}
    assert data == expected


def test_a_frame_decoded_again_gives_the_same_again(pool: Pool) -> None:
    codec = gives("{random: Math.random(), now: Date.now(), clock: typeof performance}")

    first = run(codec, pool, FRAME)
    time.sleep(0.002)

    assert run(codec, pool, FRAME) == first
    assert first.data is not None
    assert first.data["clock"] == "undefined"


def test_big_integers_are_written_as_numbers_or_text(pool: Pool) -> None:
    assert data_of(pool, "{a: 5n, b: -9007199254740991n, c: 12345678901234567890n}") == {
        "a": 5,
        "b": -9007199254740991,
        "c": "12345678901234567890",
    }


def test_what_is_no_number_is_missing(pool: Pool) -> None:
    assert data_of(pool, "{a: NaN, b: 1 / 0, c: undefined}") == {"a": None, "b": None}


@pytest.mark.parametrize(
    "source",
    [
        COUNTS + " //",
        "const decodeUplink = (i) => ({data: {n: i.bytes.length}});",
        "'use strict'; let decodeUplink = function (i) { return {data: {n: i.bytes.length}}; }; // end",
        "function Decoder(bytes, port) { return port === 5 ? {n: bytes.length} : {}; }",
        "function Decoder() { throw 'old'; } function decodeUplink(i) { return {data: {n: i.bytes.length}}; }",
        "var console; if (typeof module !== 'undefined') module.exports = {};" + COUNTS,
        "const clock = 1, lines = 2, text = 3, answer = 4; function now() {}" + COUNTS,
    ],
)
def test_codecs_of_every_make_are_run_unchanged(pool: Pool, source: str) -> None:
    assert run(make_codec(source), pool, FRAME).data == {"n": 2}


def test_the_console_is_collected_within_bounds(pool: Pool) -> None:
    source = "for (let n = 0; n < 50; n++) console.log('line', {n}, 'x'.repeat(300));" + HOLDS_TEMPERATURE
    calls = "function decodeUplink() { console.log('called', {a: [1n]}); console.error(null); return {data: {}}; }"

    assert run(make_codec(source), pool, FRAME).console == ()
    assert run(make_codec(calls), pool, FRAME).console == ("called ?", "null")
    loop = "function decodeUplink() { for (let n = 0; n < 50; n++) console.log('x'.repeat(300)); return {data: {}}; }"
    assert run(make_codec(loop), pool, FRAME).console == ("x" * 200,) * 20


def test_a_mapping_says_what_the_fields_mean(pool: Pool) -> None:
    decoder = as_decoder(make_codec("function decodeUplink() { return {data: {t: 212}}; }", fields=MAPPING), pool)

    assert decoder.decode(FRAME).readings == (Reading("air.temperature", 100.0),)
    assert decoder.quantities == ("air.temperature",)
    assert (decoder.name, decoder.ports, decoder.domain) == ("acme/t1", ANY_PORT, "environment")


def test_a_normalizer_says_it_else(pool: Pool) -> None:
    decoder = as_decoder(make_codec(NORMALIZES), pool)

    assert decoder.decode(FRAME).readings == (Reading("air.temperature", 0.5),)
    assert "air.temperature" in decoder.quantities


def test_a_normalizer_may_give_several_measurements_and_warn(pool: Pool) -> None:
    normalizer = """
        function normalizeUplink(input) {
            return {data: [{soil: {depth: 10, moisture: 1}}, {soil: {depth: 20, moisture: 2}}], warnings: ["two"]};
        }"""
    decoded = as_decoder(make_codec(HOLDS_TEMPERATURE + normalizer), pool).decode(FRAME)

    assert decoded.readings == (
        Reading("soil.moisture", 1.0, (("depth_cm", "10"),)),
        Reading("soil.moisture", 2.0, (("depth_cm", "20"),)),
    )
    assert decoded.warnings == ("two",)


def test_data_that_are_normalized_already_need_neither(pool: Pool) -> None:
    decoder = as_decoder(gives("{air: {temperature: -0.5}, battery: 3.6}"), pool)

    assert [reading[:2] for reading in decoder.decode(FRAME).readings] == [
        ("air.temperature", -0.5),
        ("device.battery_voltage", 3.6),
    ]


def test_a_normalizer_that_reports_an_error_fails_the_frame(pool: Pool) -> None:
    source = HOLDS_TEMPERATURE + "function normalizeUplink() { return {errors: ['no']}; }"

    with pytest.raises(Undecodable, match="acme/t1: reported: no"):
        as_decoder(make_codec(source), pool).decode(FRAME)


def test_warnings_are_handed_on(pool: Pool) -> None:
    source = "function decodeUplink() { return {data: {t: null}, warnings: ['weak', {code: 7}]}; }"
    decoded = as_decoder(make_codec(source, fields=MAPPING), pool).decode(FRAME)

    assert decoded.readings == ()
    assert decoded.warnings == ("weak", '{"code":7}', "air.temperature: t: null is no number")


@pytest.mark.parametrize("given", ["undefined", "null", "{}", "{data: null}", "{warnings: []}"])
def test_no_data_is_no_reading(pool: Pool, given: str) -> None:
    codec = make_codec(f"function decodeUplink() {{ return {given}; }}", fields=MAPPING)

    assert as_decoder(codec, pool).decode(FRAME) == ((), ())


def test_a_failure_names_codec_and_kind(pool: Pool) -> None:
    with pytest.raises(Undecodable, match="acme/t1: timeout: "):
        as_decoder(make_codec("function decodeUplink() { while (true) {} }"), pool).decode(FRAME)


def test_sixteen_levels_are_deep_enough(pool: Pool) -> None:
    assert data_of(pool, "{a: " + "[" * 15 + "1" + "]" * 15 + "}")
    with pytest.raises(Failed, match="nested more than 16 deep"):
        data_of(pool, "{a: " + "[" * 17 + "1" + "]" * 17 + "}")


def test_load_tells_about_a_codec(pool: Pool) -> None:
    about = pool.load(make_codec(NORMALIZES).script)

    assert (about.entry, about.normalizes) == ("decodeUplink", True)
    assert about.engine.startswith("quickjs-ng ")
    assert pool.load(make_codec("function Decoder() {}").script)[:2] == ("Decoder", False)


@pytest.mark.parametrize("given", ["({entry: 1})", "undefined", "'x'"])
def test_a_codec_that_changes_all_json_is_refused(pool: Pool, given: str) -> None:
    with pytest.raises(Failed, match="bad_output"):
        pool.load(make_codec(f"Object.prototype.toJSON = () => {given};" + COUNTS).script)
