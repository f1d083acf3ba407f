"""The table as a page has it, and as lines while it is made."""

from collections.abc import Sequence
from typing import Final

from docs.paste import table
from faults.fault import Line

HEADS: Final = (
    "Fault",
    "What is done",
    "By",
    "Into",
    "Sent",
    "Stored",
    "Ignored",
    "Quarantined",
    "Repeated",
    "Lost",
    "Recovered in",
    "Each message must be",
)


def markdown(lines: Sequence[Line], where: str, seed: int) -> str:
    """The table, and what it was made on. `where`: the machine in words."""
    rows = (_cells(line) for line in lines if not line.skipped)
    return f"Made on: {where}; seed {seed}.\n\n{table(HEADS, rows)}"


def sentence(line: Line) -> str:
    """One line of the table for whoever waits for it."""
    account = line.account
    if line.skipped:
        return f"skip {line.fault.name} ({', '.join(line.pair)}): {line.skipped}"
    begin = "ok  " if account.good else "FAIL"
    counts = (
        f"sent {account.sent} stored {account.stored} ignored {account.ignored} quarantined {account.quarantined} "
        f"repeated {account.repeated} lost {account.lost}"
    )
    head = f"{begin} {line.fault.name} ({', '.join(line.pair)}): {counts}; recovered in {line.seconds:.1f} s"
    return "\n".join([head, *(f"     {words}" for words in account.wrong)])


def _cells(line: Line) -> tuple[str, ...]:
    account = line.account
    counts = (
        account.sent,
        account.stored,
        account.ignored,
        account.quarantined,
        account.repeated,
        account.lost,
    )
    lost = "" if account.good else " (see below)"
    return (
        line.fault.name,
        line.fault.what,
        *map(str, line.pair),
        *map(str, counts[:-1]),
        f"{counts[-1]}{lost}",
        f"{line.seconds:.1f} s",
        line.fault.expected,
    )
