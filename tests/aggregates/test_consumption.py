"""What a fall of a register means."""

from aggregates.consumption import Rule, fall, step


def test_a_register_that_falls_by_a_little_was_corrected_not_reset() -> None:
    # 500 000 L, then 499 999 L: one litre flowed back. As a reset it would add 499 999 L.
    assert fall(500_000.0, 499_999.0, 2.0**32) is Rule.CORRECTION
    assert step(500_000.0, 499_999.0, 2.0**32) == -1.0
    # A fall of more than a hundredth is no correction.
    assert fall(500_000.0, 490_000.0, None) is Rule.RESET
