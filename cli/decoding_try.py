"""`decoder try`: what a frame becomes, which decoder would read it, and why that one."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.kit import Kit, open_kit
from cli.options import Context, DataOption, JsonOption, LangOption, RegionOption, context
from cli.output import one, rows, say
from cli.payloads import from_base64, from_hex
from cli.texts import text
from decoders import catalogue
from decoders.decoder import ANY_PORT, Frame
from decoders.fields import from_decoded, from_normalized
from decoders.library import Known, Library, Origin, Why
from ingest import wire
from ingest.decoding import DECODED, NORMALIZED
from smartregion import timestamps
from smartregion.errors import Malformed, Misconfigured, NoDecoder
from smartregion.model import Decoded, Profile, Reading, Uplink
from smartregion.quantities import QUANTITIES

DRAFT = "its vectors do not pass yet"
LARGEST_MESSAGE = 1024 * 1024
"""Bytes; one uplink has some kilobytes."""

BrandOption = Annotated[str, typer.Option(help="As The Things Stack spells it, e.g. milesight-iot.")]
ModelOption = Annotated[str, typer.Option(help="As The Things Stack spells it, e.g. em300-th.")]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("try")(try_decoder)


def try_decoder(
    brand: BrandOption = "",
    model: ModelOption = "",
    port: Annotated[int, typer.Option(help="The frame's f_port.", show_default=False)] = 0,
    hex_text: Annotated[str, typer.Option("--hex", help="The payload in hexadecimal digits.")] = "",
    base64_text: Annotated[str, typer.Option("--base64", help="The payload as The Things Stack writes it.")] = "",
    message: Annotated[str, typer.Option(help="A file with a message of The Things Stack; - is the input.")] = "",
    firmware: Annotated[str, typer.Option(help="The device's firmware version.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="Also run a decoder whose vectors fail yet.")] = False,  # noqa: FBT002 — a command-line flag
    region: RegionOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002
    lang: LangOption = None,
) -> None:
    """Decode one payload, or a pasted message, and show the readings, and which decoder reads it and why.

    Example: smartregion decoder try --brand milesight-iot --model em300-th --port 85 --hex 01755c03673401046865
    """
    where = context(region, data, json=json, lang=lang)
    given = Profile(brand, model, firmware) if brand and model else None
    uplink = _message(message, where) if message else _frame(given, port, _payload(hex_text, base64_text))
    profile, found_by = _profile(uplink, given, where)
    with open_kit(where.data) as kit:
        begun = _draft(kit, profile)
        ways = _ways(kit.library, profile, uplink)
        if begun is not None:
            ways = _with_draft(ways, begun, runs=draft)
        taken = next((way for way in ways if way["why"] == Why.RUNS.value), None)
        if not where.json:
            _tell_ways(where, profile, found_by, ways)
        if taken is None:
            raise _unready(begun) if begun else _nothing(profile, uplink)
        decoded = _decode(kit.library, profile, uplink, begun if draft else None)
    _show(where, taken, ways, decoded)


def _message(name: str, where: Context) -> Uplink:
    """The uplink of a pasted message. Raises Misconfigured: it can't be read, or is no uplink."""
    raw = _pasted(name)
    try:
        parsed = wire.parse(wire.unwrap(raw.strip()))
    except Malformed as error:
        place = "the input" if name == "-" else name
        raise Misconfigured(f"{place}: {error}; copy one uplink whole, from its first {{ to its last }}") from error
    if not isinstance(parsed, Uplink):
        raise Misconfigured(f"the message is no uplink but {text('ignored', where.language)}: {parsed.reason}")
    return parsed


def _pasted(name: str) -> bytes:
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(LARGEST_MESSAGE + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(LARGEST_MESSAGE + 1)
    except OSError as error:
        raise Misconfigured(f"{name} can't be read: {error.strerror}") from error
    if len(raw) > LARGEST_MESSAGE:
        raise Misconfigured(f"{name} is larger than a message; give one uplink, `smartregion import` takes many")
    return raw


def _frame(profile: Profile | None, port: int, payload: bytes) -> Uplink:
    if profile is None:
        raise typer.BadParameter("name the device by --brand and --model, or give a whole message by --message")
    if port not in ANY_PORT:
        raise typer.BadParameter("give the frame's port, 1 to 223", param_hint="--port")
    now = time.time_ns()
    return Uplink("", "", now, now, f_port=port, payload=payload, profile=profile)


def _payload(hex_text: str, base64_text: str) -> bytes:
    if bool(hex_text) == bool(base64_text):
        raise typer.BadParameter("give the payload by --hex or by --base64, or a whole message by --message")
    return from_hex(hex_text, "--hex") if hex_text else from_base64(base64_text, "--base64")


def _profile(uplink: Uplink, given: Profile | None, where: Context) -> tuple[Profile | None, str]:
    """What the device is taken for, and who says so. An assignment of the registry is not looked at."""
    if given is not None:
        return given, "by_options"
    if where.region_file.exists():
        for application in where.region().applications:
            if application.id == uplink.application and (named := application.profile_of(uplink.device_id)):
                return named, "by_region"
    return uplink.profile, "by_message"


def _ways(library: Library, profile: Profile | None, uplink: Uplink) -> list[dict[str, Any]]:
    """Every way to read the frame, in the order in which they count."""
    ways: list[dict[str, Any]] = []
    if profile is not None:
        ways += [_way(each.origin.value, each.why.value, each.known, each.models) for each in library.consider(profile)]
    taken = any(way["why"] == Why.RUNS.value for way in ways)
    mapping = library.mapping(profile) if profile else None
    for name, there in ((NORMALIZED, bool(uplink.normalized)), (DECODED, bool(uplink.decoded and mapping))):
        why = Why.LATER.value if there and taken else Why.RUNS.value if there else _absent(name, uplink)
        taken = taken or there
        ways.append({**_way(name, why), "decoder": name if there else ""})
    return ways


def _way(name: str, why: str, known: Known | None = None, models: Sequence[str] = ()) -> dict[str, Any]:
    label, place = (known.label, known.place) if known else ("", "")
    return {"way": name, "why": why, "decoder": label, "place": place, "models": list(models)}


def _with_draft(ways: list[dict[str, Any]], begun: Known, *, runs: bool) -> list[dict[str, Any]]:
    """The same ways with a decoder that is not let in yet, in the place it will have."""
    rest = [way for way in ways if way["way"] != Origin.FOLDER.value]
    if runs:
        rest = [{**way, "why": Why.LATER.value} if way["why"] == Why.RUNS.value else way for way in rest]
    return [_way(Origin.FOLDER.value, Why.RUNS.value if runs else DRAFT, begun), *rest]


def _draft(kit: Kit, profile: Profile | None) -> Known | None:
    """A decoder of the operator's for the device that the service does not use, for its vectors do not pass."""
    if profile is None:
        return None
    used = {(known.place, known.decoder.name) for known in kit.library.all()}
    drafts = [each for each in kit.folder.candidates() if isinstance(each, Known)]
    for each in drafts:
        fits = catalogue.choose(catalogue.by_profile([each.decoder]), profile) is not None
        if fits and (each.place, each.decoder.name) not in used:
            return each
    return None


def _absent(name: str, uplink: Uplink) -> str:
    return "no mapping" if name == DECODED and uplink.decoded else "not in the message"


def _tell_ways(where: Context, profile: Profile | None, found_by: str, ways: list[dict[str, Any]]) -> None:
    language = where.language
    say(f"{text('profile', language)}: {profile.name if profile else '?'} ({text(found_by, language)})")
    shown = [
        {
            "way": text(way["way"], language),
            "decision": text(way["why"], language),
            "decoder": way["decoder"] or ", ".join(way["models"][:12]),
            "place": way["place"],
        }
        for way in ways
    ]
    rows(where, "", ("way", "decision", "decoder", "place"), shown)


def _unready(begun: Known) -> NoDecoder:
    name = begun.decoder.name
    return NoDecoder(
        f"{begun.place} is not used yet, for its vectors do not pass; `smartregion decoder test {name}` says which, "
        "--draft runs it all the same"
    )


def _nothing(profile: Profile | None, uplink: Uplink) -> NoDecoder:
    if profile is None:
        return NoDecoder("the message does not say what the device is; name it by --brand and --model")
    return NoDecoder(
        f"no decoder for {profile.name}; `smartregion decoder list` shows those there are, "
        f"`smartregion decoder new {profile.name} --port {uplink.f_port} --from-hex {uplink.payload.hex()} --domain …` "
        "begins one"
    )


def _decode(library: Library, profile: Profile | None, uplink: Uplink, draft: Known | None) -> Decoded:
    known = draft or (library.find(profile) if profile else None)
    if known is not None:
        return known.decoder.decode(Frame(uplink.f_port, uplink.payload, uplink.received_at))
    if uplink.normalized:
        return from_normalized(uplink.normalized)
    mapping = library.mapping(profile) if profile else None
    if mapping is None:
        raise _nothing(profile, uplink)
    return from_decoded(uplink.decoded, mapping)


def _show(where: Context, taken: dict[str, Any], ways: list[dict[str, Any]], decoded: Decoded) -> None:
    items = [_reading(each, where) for each in decoded.readings]
    if where.json:
        name, _, version = taken["decoder"].rpartition(" ") if taken["way"] not in (NORMALIZED, DECODED) else ("",) * 3
        told = {"decoder": name or taken["decoder"], "version": version, "considered": ways}
        one(where, {**told, "readings": items, "warnings": decoded.warnings})
        return
    rows(where, taken["decoder"], ("quantity", "attributes", "value", "unit", "time", "name"), items)
    for warning in decoded.warnings:
        say(f"! {warning}")


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
