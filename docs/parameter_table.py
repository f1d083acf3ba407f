"""The parameters of assignments as a table, out of decoders/parameters.py."""

from decoders.parameters import PARAMETERS, Parameter
from docs.paste import table

COLUMNS = ("parameter", "label", "deutsch", "unit", "may be", "meaning", "goes with")


def text() -> str:
    """All parameters."""
    return table(COLUMNS, map(_row, PARAMETERS.values()))


def _row(each: Parameter) -> tuple[str, ...]:
    return (
        f"`{each.name}`",
        each.label_en,
        each.label_de,
        f"`{each.unit}`" if each.unit else "",
        f"{each.low:g} … {each.high:g}"
        if each.is_number
        else ", ".join(f"`{choice}`" for choice in each.choices) or "text",
        each.meaning,
        ", ".join(f"`{other}`" for other in each.needs),
    )
