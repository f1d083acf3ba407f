"""The vocabulary as tables, one for each medium, out of smartregion/quantities.py."""

from docs.paste import table
from smartregion.quantities import DOMAINS, QUANTITIES, Quantity

COLUMNS = ("quantity", "label", "deutsch", "unit", "kind", "range", "domains", "adds up", "OBIS")


def text() -> str:
    """All quantities."""
    media: dict[str, list[Quantity]] = {}
    for each in QUANTITIES.values():
        media.setdefault(each.name.partition(".")[0], []).append(each)
    parts = [f"## {medium}\n\n{table(COLUMNS, map(_row, several))}" for medium, several in media.items()]
    return f"{len(QUANTITIES)} quantities.\n\n" + "\n\n".join(parts)


def _row(each: Quantity) -> tuple[str, ...]:
    return (
        f"`{each.name}`",
        each.label_en,
        each.label_de,
        f"`{each.unit}`",
        each.kind.value,
        f"{each.low:g} … {each.high:g}" if each.low is not None and each.high is not None else "",
        "all" if each.domains == DOMAINS else ", ".join(each.domains),
        "yes" if each.additive else "",
        each.obis,
    )
