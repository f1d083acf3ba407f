"""What is known of a decoder as a page in Markdown: what it reads, what it gives, and the examples that prove it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from decoders.conformance import shown
from decoders.decoder import ANY_MODEL, ANY_PORT, Decoder
from decoders.library import Known, Origin, proofs
from decoders.vectors import Vector
from smartregion import timestamps
from smartregion.quantities import DOMAINS, QUANTITIES

Language = Literal["de", "en"]
INDEX: Final = "README.md"

_TEXTS: Final = {
    "catalogue": ("Katalog der Geräte", "Catalogue of devices"),
    "count": ("{} Decoder, {} Modelle, {} Beispiele.", "{} decoders, {} models, {} examples."),
    "energy": ("Energie", "Energy"),
    "water": ("Wasser", "Water"),
    "waste": ("Abfall", "Waste"),
    "mobility": ("Verkehr", "Mobility"),
    "environment": ("Umwelt", "Environment"),
    "buildings": ("Gebäude", "Buildings"),
    "devices": ("Geräte", "devices"),
    "model": ("Modell", "model"),
    "domain": ("Bereich", "domain"),
    "ports": ("Ports", "ports"),
    "any": ("jeder", "any"),
    "firmware": ("ab Firmware", "from firmware"),
    "layout": ("Aufbau nach", "layout from"),
    "version": ("Fassung", "version"),
    "origin": ("Herkunft", "comes from"),
    "built in": ("mitgeliefert", "the platform"),
    "decoders.d": ("eigener Decoder", "the operator's folder"),
    "package": ("Python-Paket", "a Python package"),
    "installed codec": ("installierter JavaScript-Codec", "an installed JavaScript codec"),
    "gives": ("Was herauskommt", "What it gives"),
    "quantity": ("Größe", "quantity"),
    "name": ("Name", "name"),
    "unit": ("Einheit", "unit"),
    "attributes": ("Merkmale", "attributes"),
    "rolls over": ("läuft über bei", "rolls over at"),
    "examples": ("Beispiele", "Examples"),
    "example": ("Beispiel", "example"),
    "port": ("Port", "port"),
    "bytes": ("Bytes", "bytes"),
    "source": ("Quelle", "source"),
    "result": ("Ergebnis", "result"),
    "warning": ("Warnung", "warning"),
    "error": ("Fehler", "error"),
    "device": ("Gerät", "device"),
}


def pages(known: Sequence[Known], language: Language = "en") -> dict[str, str]:
    """File name → text: the catalogue by domain, and a page for each decoder."""
    made = {page_name(each.decoder): page(each, language) for each in known}
    return {INDEX: catalogue(known, language), **made}


def page_name(decoder: Decoder) -> str:
    """Name of a decoder's page; of several layouts each has its own."""
    model = "any" if decoder.models == ANY_MODEL else decoder.models[0]
    since = f"-{decoder.since}" if decoder.since else ""
    return f"{decoder.brand}-{model}{since}.md"


def catalogue(known: Iterable[Known], language: Language = "en") -> str:
    """Every device, by domain."""
    every = list(known)
    models = sum(len(each.decoder.models) for each in every)
    examples = sum(len(proofs(each)) for each in every)
    lines = [f"# {_say('catalogue', language)}", "", _say("count", language).format(len(every), models, examples)]
    for domain in DOMAINS:
        rows = [_catalogue_row(each.decoder) for each in every if each.decoder.domain == domain]
        if rows:
            heads = ("device", "model", "ports", "quantity")
            lines += ["", f"## {_say(domain, language)}", "", *_table((_say(each, language) for each in heads), rows)]
    return "\n".join(lines) + "\n"


def _catalogue_row(decoder: Decoder) -> tuple[str, ...]:
    return (
        f"[{decoder.title}]({page_name(decoder)})",
        ", ".join(f"`{name}`" for name in _names(decoder)) + (f" ≥ {decoder.since}" if decoder.since else ""),
        _ports(decoder, "en"),
        ", ".join(f"`{quantity}`" for quantity in decoder.quantities),
    )


def page(known: Known, language: Language = "en") -> str:
    """All that is known of one decoder."""
    decoder = known.decoder
    lines = [f"# {decoder.title}", "", *_facts(known, language), "", f"## {_say('gives', language)}", ""]
    heads = ("quantity", "name", "unit", "attributes", "rolls over")
    lines += _table((_say(each, language) for each in heads), _quantities(known, language))
    lines += ["", f"## {_say('examples', language)}", ""]
    heads = ("example", "port", "bytes", "result", "source")
    rows = [_example(each, language) for each in proofs(known)]
    return "\n".join([*lines, *_table((_say(each, language) for each in heads), rows)]) + "\n"


def _facts(known: Known, language: Language) -> Iterator[str]:
    decoder = known.decoder
    told = {
        "devices": ", ".join(f"`{name}`" for name in _names(decoder)),
        "domain": _say(decoder.domain, language),
        "ports": _ports(decoder, language),
        "firmware": decoder.since,
        "layout": decoder.source,
        "version": decoder.version,
        "origin": "" if known.origin is Origin.BUILT_IN else _say(known.origin.value, language),
    }
    yield from (f"* {_say(name, language)}: {text}" for name, text in told.items() if text)


def _quantities(known: Known, language: Language) -> Iterator[tuple[str, ...]]:
    decoder = known.decoder
    for name in decoder.quantities:
        row = QUANTITIES[name]
        seen = {pair for each in proofs(known) for reading in each.readings if reading.quantity == name
                for pair in reading.attributes}  # fmt: skip
        attributes = ", ".join(f"{key}={value}" for key, value in sorted(seen))
        modulus = f"{decoder.moduli[name]:,.15g}".replace(",", " ") if name in decoder.moduli else ""
        label = row.label_de if language == "de" else row.label_en
        yield f"`{name}`", label, f"`{row.unit}`", attributes, modulus


def _example(vector: Vector, language: Language) -> tuple[str, ...]:
    said = [shown(each._replace(time=None)) + _at(each.time) for each in vector.readings]
    said += [f"{_say('warning', language)}: {words}" for words in vector.warnings]
    if vector.error:
        said.append(f"{_say('error', language)}: {vector.error}")
    octets = vector.frame.payload.hex(" ", -2)
    return vector.name, str(vector.frame.f_port), f"`{octets}`" if octets else "", "<br>".join(said), vector.source


def _at(time: int | None) -> str:
    return f" ({timestamps.render(time)})" if time is not None else ""


def _names(decoder: Decoder) -> list[str]:
    return [f"{decoder.brand}/{model}" for model in decoder.models]


def _ports(decoder: Decoder, language: Language) -> str:
    return _say("any", language) if decoder.ports == ANY_PORT else ", ".join(map(str, sorted(decoder.ports)))


def _say(key: str, language: Language) -> str:
    return _TEXTS[key][0 if language == "de" else 1]


def _table(heads: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    columns = tuple(heads)
    yield f"| {' | '.join(columns)} |"
    yield f"| {' | '.join('---' for _ in columns)} |"
    for row in rows:
        yield f"| {' | '.join(each.replace('|', '/') for each in row)} |"
