"""Runs faults, each in a world of its own, some beside each other."""

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import httpx

from faults.disks import NotHere
from faults.fault import Fault, Line, Pair
from faults.judging import Account
from faults.making import world
from faults.world import Form, World
from smartregion.errors import SmartregionError

Job = tuple[Fault, Pair]
BEFORE, AFTER = 100, 100
# What a world in trouble ends with: a wait in vain, a service that ended, a store that does not answer.
TROUBLE = (AssertionError, OSError, RuntimeError, httpx.HTTPError, SmartregionError)


def jobs(faults: Sequence[Fault], form: Form) -> list[Job]:
    """What is to be done, what waits longest first."""
    every = [(fault, pair) for fault in faults for pair in (fault.long if form.long else fault.short)]
    return sorted(every, key=lambda job: not job[0].slow)


def run(todo: Sequence[Job], form: Form, seed: int, beside: int, tell: Callable[[Line], None]) -> list[Line]:
    """Do them all, so many at a time, the slow ones beside them; the lines stand in the order of the table."""
    slow = sum(fault.slow for fault, _ in todo)
    with ThreadPoolExecutor(beside + slow) as pool:
        going = {pool.submit(one, fault, pair, form, seed): place for place, (fault, pair) in enumerate(todo)}
        lines: dict[int, Line] = {}
        for each in as_completed(going):
            lines[going[each]] = each.result()
            tell(each.result())
    return [lines[place] for place in sorted(lines)]


def one(fault: Fault, pair: Pair, form: Form, seed: int) -> Line:
    """One fault in one world: uplinks before it, during it, and after all was settled."""
    try:
        if fault.alone is not None:
            return Line(fault, pair, *fault.alone(form, seed))
        with (
            tempfile.TemporaryDirectory(prefix="smartregion-fault-") as folder,
            world(Path(folder), form, seed, *pair, fault.making) as made,
        ):
            return _line(made, fault, pair)
    except NotHere as reason:
        return Line(fault, pair, Account(), 0.0, str(reason))
    except TROUBLE as error:
        return Line(fault, pair, Account(wrong=(_words(error),)), 0.0)


def _through(made: World, fault: Fault) -> float:
    made.send(BEFORE)
    made.settle()
    fault.do(made)
    seconds = made.settle()
    made.send(AFTER)
    made.settle()
    return seconds


def _line(made: World, fault: Fault, pair: Pair) -> Line:
    try:
        seconds = _through(made, fault)
        return Line(fault, pair, made.end(), seconds)
    except TROUBLE as error:
        # What can still be said when it did not come to its end.
        made.service.kill()
        return Line(fault, pair, Account(wrong=(_words(error),)).plus(made.judged()), 0.0)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[-1500:]}"
