"""A codec's own examples are read as their authors meant them, and compared strictly."""

import pytest

from decoders.javascript.examples import differences, parse
from decoders.javascript.pool import Pool
from smartregion.errors import Misconfigured
from tests.decoders.javascript.world import gives, make_codec

EXAMPLE = """
uplinkDecoder:
  fileName: t1.js
  examples:
    - description: {name}
      input: {{fPort: 1, bytes: [1, 2], recvTime: "2026-06-01T12:00:00Z"}}
      output: {output}
"""


def found(pool: Pool, expression: str, output: str) -> list[str]:
    examples = parse(EXAMPLE.format(name="one", output=output), "t1.yaml")
    return list(differences(gives(expression), pool, examples))


def test_texts_that_older_yaml_takes_for_something_else_stay_texts() -> None:
    output = "{data: {a: off, b: on, c: yes, d: NO, e: 2026-06-01, f: 1:30, g: y, h: =, i: 1_000}}"
    (example,) = parse(EXAMPLE.format(name="words", output=output), "t1.yaml")

    assert example.data == {
        "a": "off",
        "b": "on",
        "c": "yes",
        "d": "NO",
        "e": "2026-06-01",
        "f": "1:30",
        "g": "y",
        "h": "=",
        "i": "1_000",
    }


def test_numbers_booleans_and_null_are_those_of_the_core_schema() -> None:
    output = "{data: [010, 0x1F, 0o17, -3, 1e3, .5, -.inf, true, False, null, ~, '5']}"
    (example,) = parse(EXAMPLE.format(name="numbers", output=output), "t1.yaml")

    assert example.data == [10, 31, 15, -3, 1000.0, 0.5, float("-inf"), True, False, None, None, "5"]


@pytest.mark.parametrize(
    ("expression", "output"),
    [
        ("{t: 1.0259018697121038}", "{data: {t: 1.0259018697121183}}"),
        ("{t: 20}", "{data: {t: 20.0}}"),
        ("{valve: 'off'}", "{data: {valve: off}}"),
        ("{a: [1, {b: null}]}", "{data: {a: [1, {b: null}]}}"),
        ("undefined", "{}"),
    ],
)
def test_what_agrees_passes(pool: Pool, expression: str, output: str) -> None:
    assert found(pool, expression, output) == []


@pytest.mark.parametrize(
    ("expression", "output", "words"),
    [
        ("{t: 1.001}", "{data: {t: 1.0}}", "one: data.t is 1.001, not 1.0"),
        ("{t: true}", "{data: {t: 1}}", "one: data.t is True, not 1"),
        ("{t: '1'}", "{data: {t: 1}}", "one: data.t is '1', not 1"),
        ("{t: 1, u: 2}", "{data: {t: 1}}", "one: data.u is 2, not missing"),
        ("{}", "{data: {t: 1}}", "one: data.t is missing, not 1"),
        ("{a: [1]}", "{data: {a: [1, 2]}}", "one: data.a is [1], not [1, 2]"),
        ("{}", "{data: {}, warnings: [low]}", "one: warnings is [], not ['low']"),
        ("{}", "{errors: [wrong port]}", "one: it is to report an error, and gives data"),
        (
            "input.nothing.here",
            "{data: {}}",
            "one: threw: TypeError: cannot read property 'here' of undefined (line 1)",
        ),
    ],
)
def test_what_differs_is_told_with_its_place(pool: Pool, expression: str, output: str, words: str) -> None:
    assert found(pool, expression, output) == [words]


def test_an_error_that_is_wanted_passes(pool: Pool) -> None:
    codec = make_codec("function decodeUplink() { return {errors: ['the port is wrong']}; }")

    assert list(differences(codec, pool, parse(EXAMPLE.format(name="e", output="{errors: [port]}"), "t.yaml"))) == []


def test_normalized_output_is_compared_where_it_is_given(pool: Pool) -> None:
    text = (
        EXAMPLE.format(name="n", output="{data: {t: 1}}")
        + "      normalizedOutput: {data: [{air: {temperature: 2}}]}\n"
    )
    source = "function decodeUplink() { return {data: {t: 1}}; }"
    normalizer = "function normalizeUplink(i) { return {data: {air: {temperature: i.data.t * 2}}}; }"

    assert list(differences(make_codec(source + normalizer), pool, parse(text, "t.yaml"))) == []
    wrong = differences(make_codec(source + normalizer.replace("2", "3")), pool, parse(text, "t.yaml"))
    assert list(wrong) == ["n: normalized[0].air.temperature is 3, not 2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "t.yaml is not valid YAML"),
        ("- 1", "t.yaml has no uplinkDecoder"),
        ("uplinkDecoder: {examples: 3}", "t.yaml has no uplinkDecoder"),
        ("uplinkDecoder: {examples: [{input: {fPort: 1, bytes: [1]}}]}", "example 1 is not written as"),
        ("uplinkDecoder: {examples: [{input: {fPort: 1, bytes: [300]}, output: {}}]}", "example 1 is not written as"),
        ("uplinkDecoder: {examples: [7]}", "example 1 is not written as"),
        ("!!python/object/apply:os.getcwd []", "t.yaml is not valid YAML"),
    ],
)
def test_files_that_are_none_are_refused_with_words(text: str, words: str) -> None:
    with pytest.raises(Misconfigured, match=words.replace("[", r"\[")):
        parse(text, "t.yaml")


def test_a_file_may_have_no_examples() -> None:
    assert parse("uplinkDecoder: {fileName: t1.js}", "t.yaml") == ()
