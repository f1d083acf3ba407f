"""Every command explains itself by an example that is right, and tells wrong use from failure."""

import shlex
from collections.abc import Iterator

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from cli.main import app
from tests.whole.command import smartregion


def _commands(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], TyperCommand]]:
    if isinstance(command, TyperGroup):
        for name, inner in command.commands.items():
            yield from _commands(inner, (*path, name))
    elif isinstance(command, TyperCommand):
        yield path, command


COMMANDS = dict(_commands(get_command(app)))
ALL = {
    "up", "demo", "init", "check", "source test", "ledger", "import", "backfill", "device list", "device assign",
    "point list", "point show", "decoder list", "decoder try", "influxdb setup",
}  # fmt: skip


def test_all_commands_are_there() -> None:
    assert {" ".join(path) for path in COMMANDS} >= ALL


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_the_help_shows_an_example_that_can_be_typed(path: tuple[str, ...]) -> None:
    told = smartregion(*path, "--help")
    assert told.status == 0
    assert f"Example: smartregion {' '.join(path)}" in told.words

    _, _, example = (COMMANDS[path].help or "").partition("Example: smartregion ")
    typed = shlex.split(example)[len(path) :]
    # Raises where an option is unknown, a value does not fit or something is missing.
    COMMANDS[path].make_context(" ".join(path), typed)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_options_that_all_commands_share_are_spelled_alike(path: tuple[str, ...]) -> None:
    options = {name for each in COMMANDS[path].params for name in each.opts}
    assert "--lang" in options
    assert ("--until" in options) <= ("--since" in options)


@pytest.mark.parametrize(
    "typed",
    [
        ["unknown"],
        ["ledger", "--unknown"],
        ["ledger", "--lang", "fr"],
        ["import"],
        ["backfill", "--application", "a"],
        ["point", "show"],
        ["demo", "--devices", "19"],
        ["up", "--port", "70000"],
    ],
    ids=" ".join,
)
def test_wrong_use_ends_with_2(typed: list[str]) -> None:
    told = smartregion(*typed)
    assert told.status == 2
    assert told.err
    assert "Traceback" not in told.words


@pytest.mark.parametrize("typed", [[], ["device"], ["point"], ["decoder"], ["source"]], ids=" ".join)
def test_a_group_alone_lists_its_commands(typed: list[str]) -> None:
    told = smartregion(*typed)
    assert told.status == 2
    assert "Usage" in told.words
