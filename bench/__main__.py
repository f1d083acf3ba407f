"""`python -m bench [NAME …]`: each benchmark prints one JSON object on a line; at the end comes a table."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from bench import (
    burst,
    decode,
    disk,
    influxdb,
    javascript,
    latest,
    machine,
    memory,
    redecode,
    stages,
    sustained,
    table,
    visible,
    year,
)
from bench.figure import Result
from bench.size import QUICK, Size

BENCHMARKS: dict[str, Callable[[Size], Result]] = {
    "stages": stages.run,
    "decode": decode.run,
    "disk": disk.run,
    "javascript": javascript.run,
    "influxdb": influxdb.run,
    "latest": latest.run,
    "year": year.run,
    "visible": visible.run,
    "burst": burst.run,
    "sustained": sustained.run,
    "memory": memory.run,
    "redecode": redecode.run,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run those named, or all."""
    asked = _parser().parse_args(arguments)
    size = QUICK if asked.quick else Size()
    if asked.minutes is not None:
        size = replace(size, minutes=asked.minutes)
    where = machine.describe()
    results: list[Result] = []
    for name in asked.names or BENCHMARKS:
        begun = time.monotonic()
        results.append(BENCHMARKS[name](size))
        took = {"seconds": round(time.monotonic() - begun, 1), "machine": where}
        print(json.dumps(results[-1].as_json() | took), flush=True)
    if asked.markdown:
        print(table.markdown(results, machine.sentence(where)))
    else:
        table.show(results, machine.sentence(where))
    missed = [figure.what for result in results for figure in result.figures if figure.met is False]
    if missed:
        print("Missed: " + "; ".join(missed), file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="tiny, to see that it runs; the figures say nothing")
    parser.add_argument("--minutes", type=float, help="how long the county runs before its memory is read (2)")
    parser.add_argument("--markdown", action="store_true", help="print the table as the README has it")
    return parser


if __name__ == "__main__":
    main()
