"""Decoders on the command line, as an integrator tries them."""

import pytest

from tests.cli.conftest import Place
from tests.whole.command import smartregion

TRY = ("decoder", "try", "--brand", "milesight-iot", "--model", "em300-th", "--port", "85")


def test_the_list_names_profile_and_vectors() -> None:
    listed = smartregion("decoder", "list", "--json").rows()
    assert len(listed) >= 12
    assert any("milesight-iot/em300-th" in each["profile"] for each in listed)
    assert all(each["vectors"] > 0 and each["source"] for each in listed)


def test_the_list_can_be_narrowed_to_a_domain() -> None:
    listed = smartregion("decoder", "list", "--domain", "water", "--json").rows()
    assert {each["domain"] for each in listed} == {"water"}


def test_the_list_is_a_table_for_people() -> None:
    told = smartregion("decoder", "list", "--lang", "de")
    assert told.status == 0
    assert "Bereich" in told.words
    assert "milesight-iot/em300-th" in told.words


def test_what_quarantine_waits_for_is_asked_beside_a_running_service_and_without(place: Place) -> None:
    told = place.run("decoder", "list", "--missing", "--json")
    assert (told.status, told.rows()) == (0, [])


@pytest.mark.parametrize("payload", [("--hex", "01755c03673401046865"), ("--base64", "AXVcA2c0AQRoZQ==")])
def test_a_payload_is_shown_as_readings(payload: tuple[str, str]) -> None:
    shown = smartregion(*TRY, *payload, "--json").one()
    readings = {each["quantity"]: (each["value"], each["unit"]) for each in shown["readings"]}
    assert readings == {
        "device.battery_percent": (92, "%"),
        "air.temperature": (pytest.approx(30.8), "Cel"),
        "air.relative_humidity": (50.5, "%"),
    }


def test_a_reading_is_named_in_the_language_asked_for() -> None:
    assert "Lufttemperatur" in smartregion(*TRY, "--hex", "03673401", "--lang", "de").words
    assert "temperature" in smartregion(*TRY, "--hex", "03673401", "--lang", "en").words.lower()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ((*TRY, "--hex", "0367"), "cut short"),
        ((*TRY[:-1], "3", "--hex", "00"), "sends no data on port 3, only on 85"),
        (("decoder", "try", "--brand", "acme", "--model", "x", "--port", "1", "--hex", "00"), "decoder list"),
    ],
    ids=["cut short", "another port", "no decoder"],
)
def test_what_can_not_be_decoded_is_told_in_words(typed: tuple[str, ...], words: str) -> None:
    told = smartregion(*typed)
    assert told.status == 1
    assert words in told.err
    assert "Traceback" not in told.words


@pytest.mark.parametrize("typed", ["01 75 5c", "01:75:5C", "0x01 0x75,0x5c", "01-75-5c", "0x01755c"])
def test_a_payload_may_be_pasted_as_tools_show_it(typed: str) -> None:
    (reading,) = smartregion(*TRY, "--hex", typed, "--json").one()["readings"]
    assert reading["value"] == 92


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ((*TRY, "--hex", "01755"), "5 digits, and a byte has two"),
        ((*TRY, "--hex", "01xz"), "'x' (digit 3) is no hexadecimal digit"),
        ((*TRY, "--base64", "!"), "it is no base64"),
        (TRY, "--hex or by --base64"),
        ((*TRY, "--hex", "00", "--base64", "AA=="), "--hex or by --base64"),
        ((*TRY[:-1], "300", "--hex", "00"), "1 to 223"),
        (("decoder", "try", "--hex", "00", "--port", "1"), "--brand and --model"),
        (("decoder", "list", "--domain", "weather"), "it is one of energy, water"),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, tuple) else "",
)
def test_wrong_use_ends_with_2_and_says_what_is_wrong(typed: tuple[str, ...], words: str) -> None:
    told = smartregion(*typed)
    assert told.status == 2
    assert words in " ".join(told.words.replace("│", " ").split())
