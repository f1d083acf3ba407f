"""From a data sheet to a decoder on the command line, as an integrator goes."""

import json
from pathlib import Path

import pytest

from simulator.uplinks import render
from tests.cli.conftest import frame
from tests.whole.command import Outcome, smartregion

NEW = ("decoder", "new", "acme/tm-1", "--domain", "environment", "--port", "2", "--from-hex", "00e2 64")
CODEC = """
function decodeUplink(input) {
  return {data: {t: ((input.bytes[0] << 8 | input.bytes[1]) << 16 >> 16) / 10}};
}
"""
MAPPING = '[[fields]]\nfield = "t"\nquantity = "air.temperature"\n'
EXAMPLES = """
uplinkDecoder:
  examples:
    - description: mild
      input: {fPort: 2, bytes: [0, 226]}
      output: {data: {t: 22.6}}
"""


class Desk:
    """A data folder and commands on it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.folder = data / "decoders.d"

    def run(self, *typed: str | Path) -> Outcome:
        return smartregion(*typed, "--data", self.data)

    def finish(self) -> None:
        """Fill in what `decoder new` left open."""
        python, vectors = self.folder / "acme_tm_1.py", self.folder / "acme_tm_1.yaml"
        table = 'Number("air.temperature", "h", 10),\n        Number("device.battery_percent", "B"),'
        python.write_text(python.read_text().replace("skip(3),", table))
        wanted = "{quantity: air.temperature, value: 22.6}\n        - {quantity: device.battery_percent, value: 100}"
        text = vectors.read_text().replace("{quantity: TODO, value: 0}", wanted)
        frost = """    - name: frost
      source: synthetic
      fport: 2
      hex: "ff9c 64"
      readings:
        - {quantity: air.temperature, value: -10}
        - {quantity: device.battery_percent, value: 100}
"""
        vectors.write_text(text.replace("TODO what frame 1 shows", "mild") + frost)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "data")


def tried(desk: Desk, digits: str, *typed: str) -> Outcome:
    return desk.run("decoder", "try", "--brand", "acme", "--model", "tm-1", "--port", "2", "--hex", digits, *typed)


def test_a_decoder_is_begun_red_turns_green_and_is_used(desk: Desk) -> None:
    begun = desk.run(*NEW)
    assert begun.status == 0, begun.err
    red = desk.run("decoder", "test", "acme/tm-1")
    unused = tried(desk, "00e264")
    desk.finish()
    green = desk.run("decoder", "test", "acme/tm-1", "--lang", "de")
    used = tried(desk, "00e264", "--json").one()

    assert red.status == 1
    assert "wanted TODO 0" in red.words
    assert unused.status == 1
    assert "its vectors do not pass yet" in unused.words
    assert (green.status, green.words) == (0, "✓ acme/tm-1 1.0.0: 3 Vektoren 1 von 1 Decodern bestehen.")
    assert [each["value"] for each in used["readings"]] == [22.6, 100]
    assert [way["way"] for way in used["considered"] if way["why"] == "runs"] == ["decoders.d"]


def test_a_draft_can_be_tried_before_its_vectors_pass(desk: Desk) -> None:
    desk.run(*NEW)
    python = desk.folder / "acme_tm_1.py"
    python.write_text(python.read_text().replace("skip(3),", 'Number("air.temperature", "h", 10), skip(1),'))

    assert tried(desk, "ff9c64", "--draft", "--json").one()["readings"][0]["value"] == -10


@pytest.mark.parametrize("form", ["fixed", "items", "code"])
def test_what_is_begun_is_sound_python_whose_only_faults_are_what_is_to_be_filled_in(desk: Desk, form: str) -> None:
    desk.run(*NEW, "--form", form)

    (tested,) = desk.run("decoder", "test", "acme/tm-1", "--json").rows()
    assert {each["check"] for each in tested["findings"]} <= {"proofs", "vector"}
    assert [each["vector"] for each in tested["findings"] if each["check"] == "vector"] == ["TODO what frame 1 shows"]


def test_what_was_begun_is_not_begun_over(desk: Desk) -> None:
    desk.run(*NEW)
    again = desk.run(*NEW)

    assert again.status == 1
    assert "is there already" in again.words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("Acme/TM", "--domain", "water", "--port", "2", "--from-hex", "00"), "in small letters"),
        (("acme", "--domain", "water", "--port", "2", "--from-hex", "00"), "write BRAND/MODEL"),
        (("acme/x", "--domain", "weather", "--port", "2", "--from-hex", "00"), "it is one of energy"),
        (("acme/x", "--domain", "water", "--port", "0", "--from-hex", "00"), "port is 1 to 223"),
        (("acme/x", "--domain", "water", "--port", "2", "--from-hex", "0"), "a byte has two"),
        (("acme/x", "--domain", "water", "--port", "2", "--from-hex", ""), "not empty"),
    ],
)
def test_what_can_not_be_begun_is_told_in_words(desk: Desk, typed: tuple[str, ...], words: str) -> None:
    told = desk.run("decoder", "new", *typed)

    assert told.status == 2
    assert words in told.words
    assert not desk.folder.exists()


def test_the_list_tells_whose_a_decoder_is_and_what_is_not_used(desk: Desk) -> None:
    desk.run(*NEW)
    desk.finish()
    (desk.folder / "broken.py").write_text("import nothing_of_this_name\n")

    told = desk.run("decoder", "list", "--json")

    origins = {each["profile"][0]: each["origin"] for each in told.rows()}
    assert origins["acme/tm-1"] == "decoders.d"
    assert origins["bosch/tps110"] == "built in"
    assert "broken.py: line 1: ModuleNotFoundError" in " ".join(told.err.split())


def test_testing_a_decoder_that_is_not_there_is_told(desk: Desk) -> None:
    told = desk.run("decoder", "test", "acme/unknown")
    assert told.status == 1
    assert "decoder list" in told.words


def test_a_builtin_decoder_passes_its_test(desk: Desk) -> None:
    assert desk.run("decoder", "test", "bosch/tps110").status == 0


def install(desk: Desk, codec: str = CODEC, **files: str) -> Outcome:
    desk.data.mkdir(exist_ok=True)
    texts = {"codec.js": codec, "fields.toml": MAPPING, "codec.yaml": EXAMPLES, **files}
    for name, text in texts.items():
        (desk.data / name).write_text(text)
    given = ("--mapping", desk.data / "fields.toml", "--examples", desk.data / "codec.yaml")
    named = ("--brand", "acme", "--model", "tm-1", "--licence", "MIT")
    return desk.run("decoder", "install", desk.data / "codec.js", *named, *given, "--json")


def test_an_installed_codec_is_recorded_tested_and_used(desk: Desk) -> None:
    done = install(desk)
    assert done.status == 0, done.err

    assert done.one()["licence"] == "MIT"
    assert done.one()["examples"] == 1
    used = tried(desk, "ff9c", "--json").one()
    assert used["readings"][0]["value"] == -10
    assert [way["why"] for way in used["considered"] if way["way"] == "installed codec"] == ["runs"]
    tested = desk.run("decoder", "test", "acme/tm-1")
    assert tested.status == 0, tested.words


def test_a_codec_that_does_not_give_what_its_examples_say_is_not_installed(desk: Desk) -> None:
    told = install(desk, CODEC.replace("/ 10", "/ 100"))

    assert told.status == 1
    assert "mild: data.t is 2.26, not 22.6" in told.words
    assert "find out which of the two is wrong" in told.words
    assert not list(desk.folder.glob("*/*/codec.js"))


def test_a_codec_changed_after_it_was_checked_is_not_run(desk: Desk) -> None:
    install(desk)
    codec = desk.folder / "acme" / "tm-1" / "codec.js"
    codec.write_text(codec.read_text().replace("/ 10", "/ 100"))

    assert tried(desk, "ff9c").status == 1
    assert "it was changed since it was checked" in " ".join(desk.run("decoder", "list").err.split())


def message(desk: Desk, **uplink: object) -> Path:
    desk.data.mkdir(exist_ok=True)
    told = json.loads(render(frame(1, 1_790_000_000_000_000_000)))
    told["uplink_message"].update(uplink)
    file = desk.data / "message.json"
    file.write_text(json.dumps(told))
    return file


def test_a_pasted_message_is_decoded_by_what_it_says_of_the_device(desk: Desk) -> None:
    shown = desk.run("decoder", "try", "--message", message(desk), "--json").one()

    assert shown["decoder"] == "milesight-iot/em300-th"
    assert shown["readings"][0] == {**shown["readings"][0], "quantity": "device.battery_percent", "value": 92}


def test_an_event_copied_from_the_console_is_a_message_too(desk: Desk) -> None:
    file = message(desk)
    file.write_text(json.dumps({"name": "as.up.data.forward", "data": json.loads(file.read_text())}))

    assert desk.run("decoder", "try", "--message", file, "--json").one()["decoder"] == "milesight-iot/em300-th"


def test_what_the_stack_made_of_a_frame_is_used_where_no_decoder_knows_the_device(desk: Desk) -> None:
    unknown = {"brand_id": "acme", "model_id": "tm-9"}
    normalized = message(desk, version_ids=unknown, normalized_payload=[{"air": {"temperature": 3}}])
    by_itself = desk.run("decoder", "try", "--message", normalized, "--json").one()
    decoded = message(desk, version_ids=unknown, decoded_payload={"t": 4})
    unmapped = desk.run("decoder", "try", "--message", decoded)
    desk.folder.mkdir()
    (desk.folder / "acme.fields.toml").write_text(f'brand = "acme"\nmodels = ["tm-9"]\n{MAPPING}')
    mapped = desk.run("decoder", "try", "--message", decoded, "--json").one()

    assert (by_itself["decoder"], by_itself["readings"][0]["value"]) == ("normalized payload", 3)
    assert unmapped.status == 1
    assert "no mapping of its fields" in unmapped.words
    assert (mapped["decoder"], mapped["readings"][0]["value"]) == ("decoded payload", 4)


def test_a_message_that_is_no_uplink_is_told(desk: Desk) -> None:
    desk.data.mkdir()
    file = desk.data / "no.json"
    file.write_text("{")
    told = desk.run("decoder", "try", "--message", file)
    assert told.status == 1
    assert "no.json: not a message of The Things Stack" in told.words
    assert "copy one uplink whole" in told.words
    file.write_bytes(b" " * 2_000_000)
    assert "is larger than a message" in desk.run("decoder", "try", "--message", file).words
    assert "can't be read" in desk.run("decoder", "try", "--message", desk.data / "none.json").words


def test_pages_are_written_for_every_decoder_in_the_language_asked_for(desk: Desk) -> None:
    desk.run(*NEW)
    desk.finish()
    pages = desk.data / "pages"
    assert desk.run("decoder", "docs", "--into", pages, "--lang", "de").status == 0

    index = (pages / "README.md").read_text()
    assert "## Umwelt" in index
    assert "(acme-tm-1.md)" in index
    page = (pages / "acme-tm-1.md").read_text()
    assert "Lufttemperatur" in page
    assert "| frost | 2 | `ff9c 64` | air.temperature -10 Cel<br>device.battery_percent 100 % | synthetic |" in page
