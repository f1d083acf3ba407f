"""M-Bus records: each is as long as it says, and only what is present and ours becomes a reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decoders import mbus
from smartregion.errors import Undecodable
from smartregion.model import Reading


def record(text: str) -> mbus.Record:
    found = list(mbus.records(bytes.fromhex(text)))
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0106ff", -1),
        ("020600ff", -256),
        ("0306ffff7f", 8388607),
        ("0406ffffff7f", 2**31 - 1),
        ("050600002041", 10.0),
        ("0606010000000080", 1 - 2**47),
        ("07060100000000000000", 1),
        ("090642", 42),
        ("0a0642f1", -142),
        ("0b06563412", 123456),
        ("0c0678563412", 12345678),
        ("0e06127856341200", 1234567812),
    ],
)
def test_numbers_in_every_coding(text: str, value: float) -> None:
    assert record(text).value == value


@pytest.mark.parametrize(
    "text", ["010680", "02060080", "0406 00000080", "0906fa", "05060000807f", "0006", "0d06023132"]
)
def test_what_stands_for_invalid_is_no_value(text: str) -> None:
    assert record(text).value is None


def test_extensions_tell_storage_tariff_and_subunit() -> None:
    found = record("c4b5 6a 06 00000000")

    # The lowest bit of the storage is in DIF, then four bits and two of the tariff and one of the subunit in each DIFE.
    assert (found.storage, found.tariff, found.subunit) == (1 | 5 << 1 | 10 << 5, 3 | 2 << 2, 0 | 1 << 1)


def test_a_unit_keeps_its_extensions() -> None:
    assert record("02fd17ffff").unit == mbus.ERROR_FLAGS
    assert record("0286bb3c0100").unit == bytes.fromhex("86bb3c")


def test_fillers_and_what_is_the_makers_own_are_no_records() -> None:
    assert [each.at for each in mbus.records(bytes.fromhex("2f2f0106012f0206ffff1f040601"))] == [2, 6]


@pytest.mark.parametrize(
    "text", ["04", "0406", "0406000000", "84", "8480808080808080808080800600", "04fd", "0d06", "0d0603aa"]
)
def test_a_record_cut_short_is_undecodable(text: str) -> None:
    with pytest.raises(Undecodable, match="cut short"):
        list(mbus.records(bytes.fromhex(text)))


@pytest.mark.parametrize("text", ["0f0000", "", "2f2f"])
def test_a_frame_without_records_is_undecodable(text: str) -> None:
    with pytest.raises(Undecodable, match="no record"):
        mbus.read(bytes.fromhex(text), mbus.HEAT)


@pytest.mark.parametrize(
    ("unit", "quantity", "amount"),
    [
        (0x00, "heat.energy_total", 0.001),
        (0x07, "heat.energy_total", 10_000),
        (0x0F, "heat.energy_total", 1e7 / 3600),
        (0x10, "heat.volume_total", 0.001),
        (0x17, "heat.volume_total", 10_000),
        (0x28, "heat.power", 0.001),
        (0x2F, "heat.power", 10_000),
        (0x38, "heat.flow_rate", 0.001),
        (0x3F, "heat.flow_rate", 10_000),
        (0x58, "heat.supply_temperature", 0.001),
        (0x5B, "heat.supply_temperature", 1),
        (0x5C, "heat.return_temperature", 0.001),
        (0x5F, "heat.return_temperature", 1),
    ],
)
def test_the_first_and_last_unit_of_each_quantity(unit: int, quantity: str, amount: float) -> None:
    [reading] = mbus.read(bytes((0x01, unit, 7)), mbus.HEAT).readings

    assert reading.quantity == quantity
    assert reading.value == pytest.approx(7 * amount, rel=1e-12)


@given(value=st.integers(0, 10**8 - 1))
def test_a_register_in_kwh_stays_a_whole_number_of_wh(value: int) -> None:
    data = b"\x0c\x06" + bytes.fromhex(f"{value:08d}")[::-1]

    assert mbus.read(data, mbus.HEAT).readings == (Reading("heat.energy_total", float(value * 1000)),)
