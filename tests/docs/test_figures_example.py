"""The worked example of docs/figures.md: what the page says is what the platform gives."""

from pathlib import Path

import pytest

from queries.figures import FigureQuery
from smartregion.timestamps import parse as instant
from tests.docs.world import build_world, page, rows

START, END = instant("2026-10-25T00:00:00+02:00"), instant("2026-10-27T00:00:00+01:00")


def test_the_days_come_out_as_the_page_says(tmp_path: Path) -> None:
    world = build_world(tmp_path)
    asked = FigureQuery(
        quantity="water.volume_total", start=START, end=END, fn="consumption", points=("town-hall-water",)
    )

    found = world.queries.figures.ask(asked)
    world.registry.close()

    shown = [
        [
            row.starts[:10],
            f"{row.value:g}",
            f"{row.coverage.share:g}",
            f"{(row.coverage.longest_gap_seconds or 0) / 3600:g}",
            ", ".join(row.rules),
        ]
        for row in found
    ]
    assert shown == rows(page("figures.md"), "day")


def test_the_hand_worked_sums_are_the_ones_of_the_table() -> None:
    days = {row[0]: float(row[1]) for row in rows(page("figures.md"), "day")}

    # 120 before the rollover, 180 over it, 600 over the gap, 80 until midnight; 160 on the old meter, 100 on the new.
    assert days == {"2026-10-25": pytest.approx(120 + 180 + 600 + 80), "2026-10-26": pytest.approx(160 + 100)}
