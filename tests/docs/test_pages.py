"""What the documents say is so: links, commands, settings, events, causes, addresses, generated parts."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.main import app
from decoders import catalogue
from docs.generate import PARTS, current
from ingest.status import Link
from ingest.wire import EVENTS
from smartregion.errors import Cause
from smartregion.quantities import QUANTITIES
from smartregion.region import parse
from smartregion.settings import Settings
from tests.docs.world import DOCS, ROOT, blocks, page

PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"])
NAMES = [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in PAGES]


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", NAMES)
def test_links_lead_somewhere(path: Path) -> None:
    prose = re.sub(r"`[^`\n]*`", "", path.read_text("utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        found = (path.parent / name).resolve() if name else path
        assert found.exists(), target
        assert not anchor or anchor in anchors(found.read_text("utf-8")), target


@pytest.mark.parametrize("name", PARTS)
def test_generated_parts_are_current(name: str) -> None:
    assert page(name) == current(name), "run: python -m docs.generate"


def command_lines(text: str) -> Iterator[list[str]]:
    """Calls of the program: from each name of it to the end of the line or of the code."""
    for code in [
        *re.findall(r"`([^`\n]+)`", text),
        *"\n".join(re.findall(r"^```.*?^```$", text, re.MULTILINE | re.DOTALL)).split("\n"),
    ]:
        found = re.match(r"(?:\.venv/bin/)?smartregion ([a-z].*)", code.strip())
        if found:
            yield found[1].split()


def options_of(words: list[str]) -> tuple[Any, list[str]]:
    command: Any = typer.main.get_command(app)
    rest = list(words)
    while rest and hasattr(command, "commands"):
        assert rest[0] in command.commands, f"smartregion {' '.join(words)}"
        command = command.commands[rest.pop(0)]
    return command, rest


@pytest.mark.parametrize("path", NAMES)
def test_commands_and_their_options_exist(path: Path) -> None:
    for words in command_lines(path.read_text("utf-8")):
        command, rest = options_of(words)
        known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
        assert {word for word in rest if word.startswith("--")} <= known, " ".join(words)


def test_every_command_is_documented() -> None:
    everything = "\n".join(path.read_text("utf-8") for path in PAGES)
    said = {" ".join(words[:count]) for words in command_lines(everything) for count in (1, 2)}
    top: Any = typer.main.get_command(app)
    for name, command in top.commands.items():
        for wanted in [f"{name} {each}" for each in getattr(command, "commands", ())] or [name]:
            assert wanted in said, wanted


@pytest.mark.parametrize("path", NAMES)
def test_make_targets_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", path.read_text("utf-8"))) <= targets


@pytest.mark.parametrize("path", NAMES)
def test_files_named_exist(path: Path) -> None:
    rooms = "smartregion|decoders|aggregates|store|queries|ingest|jobs|api|console|simulator|cli|docs|tests"
    for name in re.findall(rf"`((?:{rooms})/[\w./*-]+)`", path.read_text("utf-8")):
        assert list(ROOT.glob(name.rstrip("/"))), name


def test_region_files_shown_can_be_read() -> None:
    shown = [text for path in PAGES for text in blocks(path.read_text("utf-8"), "toml")]

    assert shown
    for text in shown:
        parse(text)


def test_every_setting_of_the_environment_is_documented() -> None:
    for name in Settings.model_fields:
        assert f"`SMARTREGION_{name.upper()}`" in page("operations.md")


def test_every_cause_and_reason_is_in_the_page_on_the_ledger() -> None:
    text = page("ledger.md")
    for word in {*Cause, *EVENTS.values(), "simulated", "MAC only", "empty frame"}:
        assert f"| `{word}` |" in text, word


def logged(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        speaker = ast.unparse(node.func.value).rpartition(".")[2].strip("_")
        first = node.args[0]
        if speaker in ("log", "logger") and node.func.attr in ("info", "warning", "error", "critical"):
            assert isinstance(first, ast.Constant), f"{path}: an event is a plain text, not {ast.unparse(first)}"
            yield str(first.value)


def test_every_log_event_is_in_the_page_on_operations() -> None:
    files = [
        path for room in ("cli", "ingest", "jobs", "api", "console", "store") for path in (ROOT / room).rglob("*.py")
    ]
    events = {event for path in files for event in logged(path)} | {f"mqtt {link}" for link in Link}

    assert len(events) > 10
    for event in events:
        assert f"| `{event}` |" in page("operations.md"), event


@pytest.mark.parametrize("path", NAMES)
def test_nothing_of_this_machine_is_named(path: Path) -> None:
    assert not re.search(r"/(?:root|work|tmp)/|/home/\w", path.read_text("utf-8"))


def test_the_readme_counts_right() -> None:
    text = (ROOT / "README.md").read_text("utf-8")

    assert f"[{len(catalogue.all_decoders())} decoders]" in text
    assert f"[{len(QUANTITIES)} quantities]" in text


def test_every_decision_is_in_the_list() -> None:
    found = sorted(path.name for path in (DOCS / "decisions").glob("0*.md"))

    assert re.findall(r"\((0\S+)\)", page("decisions/README.md")) == found
