"""Decoders: which there are, and what one makes of a frame."""

from collections.abc import Sequence
from typing import Annotated

import typer

from cli import decoding_kit, decoding_try
from cli.kit import Kit, open_kit
from cli.options import Context, DataOption, JsonOption, LangOption, RegionOption, context
from cli.output import problem, rows
from cli.texts import text
from decoders.decoder import ANY_PORT
from decoders.library import Known, Origin, proofs
from ingest.missing import Missing, missing
from smartregion import timestamps
from smartregion.quantities import DOMAINS
from store.journal.book_sqlite import SqliteBook
from store.registry.protocol import Registry
from store.registry.reading import open_reader

decoder = typer.Typer(no_args_is_help=True, help="Decoders: from bytes to readings.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(decoder, name="decoder")
    decoding_try.add_to(decoder)
    decoding_kit.add_to(decoder)


@decoder.command("list")
def list_decoders(
    region: RegionOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002 — a command-line flag
    lang: LangOption = None,
    domain: Annotated[str, typer.Option(help="Only this domain.")] = "",
    wanted: Annotated[bool, typer.Option("--missing", help="Devices in quarantine that nothing reads yet.")] = False,  # noqa: FBT002
) -> None:
    """List the devices that are understood, and what in the operator's folder can't be used.

    Example: smartregion decoder list --domain water
    """
    where = context(region, data, json=json, lang=lang)
    if wanted:
        items = [_missing(each) for each in _wanted(where)]
        rows(where, "", ("profile", "port", "devices", "messages", "decoded", "first_seen", "last_seen"), items)
        return
    if domain and domain not in DOMAINS:
        raise typer.BadParameter(f"{domain!r} is none; it is one of {', '.join(DOMAINS)}", param_hint="--domain")
    with open_kit(where.data) as kit:
        known = [each for each in kit.library.all() if domain in ("", each.decoder.domain)]
        items = [_row(each, kit, where) for each in known]
        rows(where, "", ("profile", "title", "domain", "ports", "vectors", "origin"), items)
        for place, words in kit.library.problems:
            problem(f"{place}: {words}")


def _row(known: Known, kit: Kit, where: Context) -> dict[str, object]:
    each = known.decoder
    codec = known.origin is Origin.INSTALLED
    return {
        "profile": [f"{each.brand}/{model}" for model in each.models],
        "title": each.title,
        "domain": each.domain,
        "ports": "1-223" if each.ports == ANY_PORT else sorted(each.ports),
        "quantities": each.quantities,
        "vectors": len(kit.codecs.proofs(known) if codec else proofs(known)),
        "source": each.source,
        "since": each.since,
        "version": each.version,
        "origin": known.origin.value if where.json else text(known.origin.value, where.language),
        "place": known.place,
    }


def _wanted(where: Context) -> Sequence[Missing]:
    """What the quarantine holds for want of a decoder. Reads the files, also beside a running service."""
    if not (where.data / "book.db").exists():
        return []
    registry: Registry | None = open_reader(where.data / "registry.db") if _has_registry(where) else None
    book = SqliteBook.reader(where.data / "book.db")
    try:
        return missing(book, where.region(), registry)
    finally:
        book.close()
        if registry is not None:
            registry.close()


def _has_registry(where: Context) -> bool:
    return (where.data / "registry.db").exists()


def _missing(each: Missing) -> dict[str, object]:
    return {
        **each._asdict(),
        "profile": each.profile or "?",
        "first_seen": timestamps.render(each.first_seen),
        "last_seen": timestamps.render(each.last_seen),
    }
