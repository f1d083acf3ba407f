"""`python -m faults`: does to the platform whatever may happen to it, and tells what became of each message."""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench import machine
from docs.paste import pasted
from faults.fault import Line
from faults.report import markdown, sentence
from faults.running import jobs, run
from faults.table import FAULTS
from faults.world import LONG, SHORT


def main(arguments: Sequence[str] | None = None) -> None:
    """Run those named, or all; ends with status 1 when a message is not where it must be."""
    asked = _parser().parse_args(arguments)
    seed = random.SystemRandom().randrange(1_000_000) if asked.seed is None else asked.seed
    form = LONG if asked.long else SHORT
    where, begun = machine.sentence(machine.describe()), time.monotonic()
    print(f"seed {seed}: repeat with --seed {seed}", flush=True)
    chosen = [fault for fault in FAULTS if not asked.only or fault.name in asked.only]
    lines = run(jobs(chosen, form), form, seed, asked.beside, _tell)
    if asked.write is not None:
        page: Path = asked.write
        text = markdown(lines, f"{time.strftime('%Y-%m-%d')}, {where}", seed)
        page.write_text(pasted(page.read_text("utf-8"), "faults", text), "utf-8")
    failed = [line for line in lines if not line.account.good]
    print(f"{len(lines)} lines, {len(failed)} not as they must be, {time.monotonic() - begun:.0f} s")
    sys.exit(bool(failed))


def _tell(line: Line) -> None:
    print(sentence(line), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--short", dest="long", action="store_false", help="in less than ten minutes (the default)")
    parser.set_defaults(long=False)
    form.add_argument("--long", action="store_true", help="every way into every store, more of everything")
    parser.add_argument("--seed", type=int, help="as a run has printed it, to repeat it")
    names = [fault.name for fault in FAULTS]
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--beside", type=int, default=2, help="how many at a time (2)")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table between the markers of this page")
    return parser


if __name__ == "__main__":
    main()
