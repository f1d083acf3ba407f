"""Decoders: which there are, and what one makes of a frame."""

import base64
import binascii
import time
from typing import Annotated

import typer

from cli.options import Context, JsonOption, LangOption, context
from cli.output import one, rows, say
from decoders import catalogue, vectors
from decoders.decoder import ANY_PORT, Decoder, Frame
from smartregion import timestamps
from smartregion.errors import Misconfigured
from smartregion.model import Profile, Reading
from smartregion.quantities import QUANTITIES

decoder = typer.Typer(no_args_is_help=True, help="Decoders: from bytes to readings.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(decoder, name="decoder")


@decoder.command("list")
def list_decoders(
    json: JsonOption = False,  # noqa: FBT002 — a command-line flag
    lang: LangOption = None,
    domain: Annotated[str, typer.Option(help="Only this domain.")] = "",
) -> None:
    """List the devices that are understood.

    Example: smartregion decoder list --domain water
    """
    where = context(json=json, lang=lang)
    items = [_row(each) for each in catalogue.all_decoders() if domain in ("", each.domain)]
    rows(where, "", ("profile", "title", "domain", "ports", "vectors"), items)


@decoder.command("try")
def try_decoder(
    brand: Annotated[str, typer.Option(help="As in `decoder list`.", show_default=False)],
    model: Annotated[str, typer.Option(help="As in `decoder list`.", show_default=False)],
    port: Annotated[int, typer.Option(help="The frame's f_port.", show_default=False)],
    hex_text: Annotated[str, typer.Option("--hex", help="The payload in hexadecimal digits.")] = "",
    base64_text: Annotated[str, typer.Option("--base64", help="The payload as The Things Stack writes it.")] = "",
    firmware: Annotated[str, typer.Option(help="The device's firmware version.")] = "",
    json: JsonOption = False,  # noqa: FBT002
    lang: LangOption = None,
) -> None:
    """Decode one payload and show the readings, with units and warnings.

    Example: smartregion decoder try --brand milesight-iot --model em300-th --port 85 --hex 01755c03673401046865
    """
    where = context(json=json, lang=lang)
    found = catalogue.find(Profile(brand, model, firmware))
    if found is None:
        raise Misconfigured(f"no decoder for {brand}/{model}; `smartregion decoder list` shows those there are")
    now = time.time_ns()
    decoded = found.decode(Frame(port, _payload(hex_text, base64_text), now))
    items = [_reading(each, where) for each in decoded.readings]
    if where.json:
        one(where, {"decoder": found.name, "version": found.version, "readings": items, "warnings": decoded.warnings})
        return
    rows(where, f"{found.name} {found.version}", ("quantity", "attributes", "value", "unit", "time", "name"), items)
    for warning in decoded.warnings:
        say(f"! {warning}")


def _payload(hex_text: str, base64_text: str) -> bytes:
    if bool(hex_text) == bool(base64_text):
        raise Misconfigured("give the payload by --hex or by --base64")
    try:
        return bytes.fromhex(hex_text) if hex_text else base64.b64decode(base64_text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise Misconfigured(f"the payload can't be read: {error}") from error


def _row(each: Decoder) -> dict[str, object]:
    return {
        "profile": [f"{each.brand}/{model}" for model in each.models],
        "title": each.title,
        "domain": each.domain,
        "ports": "1-223" if each.ports == ANY_PORT else sorted(each.ports),
        "quantities": each.quantities,
        "vectors": len(vectors.of(each)),
        "source": each.source,
        "since": each.since,
        "version": each.version,
    }


def _reading(reading: Reading, where: Context) -> dict[str, object]:
    quantity = QUANTITIES[reading.quantity]
    return {
        "quantity": reading.quantity,
        "attributes": " ".join(f"{name}={value}" for name, value in reading.attributes),
        "value": reading.value,
        "unit": quantity.unit,
        "time": timestamps.render(reading.time) if reading.time is not None else None,
        "name": quantity.label_de if where.language == "de" else quantity.label_en,
    }
