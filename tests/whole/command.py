"""`smartregion …` as a person types it, in this process: the same entry point, without the price of a start."""

import io
import json
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import structlog

from cli.main import main
from tests.whole.service import environment


@dataclass(frozen=True)
class Outcome:
    """What a person sees of a command."""

    status: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """Both channels, spaces and line ends as one space each."""
        return " ".join((self.out + self.err).split())

    def one(self) -> dict[str, Any]:
        """What it printed: a JSON object and nothing but."""
        return dict(json.loads(self.out))

    def rows(self) -> list[dict[str, Any]]:
        """What it printed: a JSON array of objects and nothing but."""
        return [dict(each) for each in json.loads(self.out)]


def smartregion(*arguments: str | Path, extra: Mapping[str, str] | None = None) -> Outcome:
    """Run a command to its end."""
    out, err = io.StringIO(), io.StringIO()
    command = ["smartregion", *map(str, arguments)]
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        patch.object(sys, "argv", command),
        patch.dict("os.environ", {**environment(), **(extra or {})}, clear=True),
    ):
        status = _status()
    # The command's log goes where its words went; both are over.
    structlog.reset_defaults()
    return Outcome(status, out.getvalue(), err.getvalue())


def _status() -> int:
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0
