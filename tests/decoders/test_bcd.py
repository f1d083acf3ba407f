"""Binary coded decimals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decoders.bcd import decimal


@given(st.integers(0, 10**8 - 1))
def test_digits_stand_two_in_a_byte_lowest_first(value: int) -> None:
    assert decimal(bytes.fromhex(f"{value:08d}")[::-1]) == value


@given(st.integers(0, 10**7 - 1))
def test_a_highest_digit_f_is_a_minus(value: int) -> None:
    assert decimal(bytes.fromhex(f"F{value:07d}")[::-1]) == -value


@pytest.mark.parametrize("data", ["", "0a", "a0", "ff", "1234ffff", "f0f0", "00c0"])
def test_what_is_not_decimal_is_no_number(data: str) -> None:
    assert decimal(bytes.fromhex(data)) is None
