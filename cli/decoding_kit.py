"""Adding decoders: begin one, test it, install a codec, write the pages."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.decoding_report import Tested, report, tested_all
from cli.kit import FOLDER, Kit, open_kit
from cli.options import Context, DataOption, JsonOption, LangOption, context
from cli.output import console, one, say
from cli.payloads import from_hex
from cli.texts import text
from decoders.javascript import installed
from decoders.kit import scaffold
from decoders.kit.pages import pages
from decoders.kit.scaffold import Form, Plan
from decoders.library import Origin
from smartregion.errors import Misconfigured
from smartregion.model import Profile

WATCH_SECONDS = 0.5
NameArgument = Annotated[str, typer.Argument(metavar="BRAND/MODEL", show_default=False)]
IntoOption = Annotated[Path | None, typer.Option("--into", help="Another folder than the data folder's own.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("new")(new_decoder)
    app.command("test")(check_decoders)
    app.command("install")(install_codec)
    app.command("docs")(write_pages)


def new_decoder(
    name: NameArgument,
    domain: Annotated[str, typer.Option(help="energy, water, waste, mobility, environment or buildings.")],
    port: Annotated[int, typer.Option(help="The port its frames come by.")],
    payloads: Annotated[list[str], typer.Option("--from-hex", help="A payload of the data sheet; may be repeated.")],
    form: Annotated[Form, typer.Option(help="fixed places, items with keys, or code.")] = Form.FIXED,
    title: Annotated[str, typer.Option(help="What the device is, for people.")] = "",
    source: Annotated[str, typer.Option(help="Where the layout is written down.")] = "",
    into: IntoOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002 — a command-line flag
    lang: LangOption = None,
) -> None:
    """Begin a decoder: a table and its vectors, to be filled in; `decoder test` says what is missing.

    Example: smartregion decoder new acme/tm1 --domain water --port 2 --from-hex 0d3b0014
    """
    where = context(None, data, json=json, lang=lang)
    brand, _, model = name.partition("/")
    frames = [from_hex(each, "--from-hex") for each in payloads]
    plan = Plan(
        brand=brand, model=model, domain=domain, port=port, frames=frames, form=form, title=title, source=source
    )
    try:
        files = scaffold.begin(plan)
    except Misconfigured as error:
        raise typer.BadParameter(str(error)) from error
    folder = into or where.data / FOLDER
    made = [folder / f"{plan.stem}.py", folder / f"{plan.stem}.yaml"]
    _write(made, files)
    test = f"smartregion decoder test {name}" + (f" --into {into}" if into else f" --data {where.data}")
    if where.json:
        one(where, {"files": [str(file) for file in made], "test": test})
        return
    for file in made:
        say(f"{file} {text('written', where.language)}")
    say(f"{text('next_step', where.language)}: {test} --watch")


def _write(made: list[Path], files: scaffold.Files) -> None:
    for file in made:
        if file.exists():
            raise Misconfigured(f"{file} is there already; go on with it, or move it away")
    try:
        made[0].parent.mkdir(parents=True, exist_ok=True)
        for file, words in zip(made, files, strict=True):
            file.write_text(words, encoding="utf-8")
    except OSError as error:
        raise Misconfigured(f"{made[0].parent} can't be written: {error.strerror}") from error


def check_decoders(
    name: Annotated[str, typer.Argument(metavar="[BRAND/MODEL]", help="All decoders without it.")] = "",
    watch: Annotated[bool, typer.Option("--watch", help="Test again whenever a file changes.")] = False,  # noqa: FBT002
    into: IntoOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002
    lang: LangOption = None,
) -> None:
    """Run the vectors and the checks that every decoder must pass: damage, purity, vocabulary, range, ports.

    Example: smartregion decoder test milesight-iot/em300-th
    """
    where = context(None, data, json=json, lang=lang)
    with open_kit(where.data, folder=into) as kit:
        tested = _test(where, kit, name)
        while watch:
            tested = _test_again(where, kit, name)
    if not all(each.passed for each in tested):
        raise typer.Exit(1)


def _test(where: Context, kit: Kit, name: str) -> list[Tested]:
    with console().status(text("testing", where.language)):
        tested = tested_all(kit, name)
    if not tested:
        raise Misconfigured(f"no decoder for {name}; `smartregion decoder list` shows those there are")
    report(where, tested)
    return tested


def _test_again(where: Context, kit: Kit, name: str) -> list[Tested]:
    """Wait for a change, then test. Ends with Ctrl+C like any command."""
    stamp = (kit.folder.stamp(), kit.codecs.stamp())
    while (kit.folder.stamp(), kit.codecs.stamp()) == stamp:
        time.sleep(WATCH_SECONDS)
    kit.library.refresh()
    say(f"—— {time.strftime('%H:%M:%S')}")
    try:
        return _test(where, kit, name)
    except Misconfigured as error:
        say(f"! {error}")
        return []


def install_codec(
    file: Annotated[Path, typer.Argument(help="The codec: JavaScript with decodeUplink or Decoder.")],
    brand: Annotated[str, typer.Option(help="As The Things Stack spells it.")],
    model: Annotated[str, typer.Option(help="As The Things Stack spells it.")],
    licence: Annotated[str, typer.Option(help="Under which licence you have it; it is recorded.")],
    mapping: Annotated[Path | None, typer.Option(help="What its fields mean (TOML); else it normalizes.")] = None,
    examples: Annotated[Path | None, typer.Option(help="Its YAML file of the device repository.")] = None,
    origin: Annotated[str, typer.Option(help="Where you have it from.")] = "",
    reuse: Annotated[bool, typer.Option("--reuse", help="Calls share a context: faster, less apart.")] = False,  # noqa: FBT002
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002
    lang: LangOption = None,
) -> None:
    """Install a JavaScript codec of your own: it is checked, its examples are run, licence and sha256 are kept.

    Example: smartregion decoder install flow7.js --brand acme --model flow-7 --licence MIT --mapping flow7.toml
    """
    where = context(None, data, json=json, lang=lang)
    with open_kit(where.data) as kit:
        done = installed.install(
            kit.path,
            file,
            brand=brand,
            model=model,
            licence=licence,
            pool=kit.pool,
            mapping=mapping,
            examples_file=examples,
            reuse=reuse,
            origin=origin,
        )
        kit.library.refresh()
        first = _who_comes_first(kit, brand, model)
    told: dict[str, Any] = {
        "installed": str(done.place),
        "sha256": done.record.sha256,
        "licence": done.record.licence,
        "engine": done.record.engine,
        "entry": done.record.entry,
        "examples": done.record.examples,
    }
    if first:
        told["comes_first"] = first
    one(where, told)


def _who_comes_first(kit: Kit, brand: str, model: str) -> str:
    """A decoder that stands before the codec, so that it will never run; empty when it will."""
    known = kit.library.find(Profile(brand, model))
    return "" if known is None or known.origin is Origin.INSTALLED else f"{known.origin.value}: {known.label}"


def write_pages(
    into: IntoOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002
    lang: LangOption = None,
) -> None:
    """Write a page for each decoder, also your own, and the catalogue by domain, as Markdown.

    Example: smartregion decoder docs --into pages --lang de
    """
    where = context(None, data, json=json, lang=lang)
    folder = into or where.data / FOLDER / "docs"
    with open_kit(where.data) as kit:
        made = pages(kit.library.all(), where.language)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, words in made.items():
            (folder / name).write_text(words, encoding="utf-8")
    except OSError as error:
        raise Misconfigured(f"{folder} can't be written: {error.strerror}") from error
    if where.json:
        one(where, {"folder": str(folder), "pages": len(made)})
    else:
        say(f"{len(made)} {text('pages', where.language)} {text('written', where.language)}: {folder}")
