"""The devices that are understood, out of decoders.catalogue."""

from decoders import catalogue, vectors
from decoders.decoder import ANY_MODEL, ANY_PORT, Decoder
from docs.paste import table


def text() -> str:
    """One row for each decoder."""
    found = catalogue.all_decoders()
    count = sum(1 for _ in vectors.all_vectors())
    rows = [_row(each) for each in found]
    return f"{len(found)} decoders, {count} vectors.\n\n" + table(
        ("brand / model", "device", "domain", "port", "quantities", "layout from", "vectors"), rows
    )


def _row(each: Decoder) -> tuple[str, ...]:
    return (
        ", ".join(f"`{each.brand}/{model}`" for model in each.models)
        if each.models != ANY_MODEL
        else f"`{each.brand}/*`",
        each.title,
        each.domain,
        "any" if each.ports == ANY_PORT else ", ".join(map(str, sorted(each.ports))),
        ", ".join(f"`{quantity}`" for quantity in each.quantities),
        each.source,
        str(len(vectors.of(each))),
    )
