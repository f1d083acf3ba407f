"""What became of each message, judged one by one when all is over."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from faults.places import Found, Place, device_of
from faults.sending import STORED, Sent
from smartregion.model import State
from store.journal.protocol import Booked
from tests.whole.judging import ledger_of
from tests.whole.service import journal_of

_EXAMPLES = 5
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the uplinks that were sent."""

    sent: int = 0
    stored: int = 0
    ignored: int = 0
    quarantined: int = 0
    repeated: int = 0
    """How often one came that was there already."""
    lost: int = 0
    """Uplinks that are nowhere, and readings that are not in the store."""
    wrong: tuple[str, ...] = ()
    """Anything else that is not as it must be, in words; the first few."""

    @property
    def good(self) -> bool:
        """Whether each message is where it must be."""
        return not self.lost and not self.wrong

    def plus(self, other: "Account") -> "Account":
        """Both together, as when one line is made of several runs."""
        names = ("sent", "stored", "ignored", "quarantined", "repeated", "lost")
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        return Account(**sums, wrong=self.wrong + other.wrong)


def judge(data: Path, place: Place, sent: Sequence[Sent]) -> Account:
    """Compare what was sent with book, ledger and store."""
    rows = _rows(data, sent)
    lost = [each for each in sent if each.key not in rows]
    wrong = [_told(each, rows[each.key]) for each in sent if each.key in rows and not _as_it_must(each, rows[each.key])]
    missing, strange = _compare(place.readings(data), [each for each in sent if each.fate == STORED])
    sums = ledger_of(data)
    if sums.received - sums.duplicate != len(sent) - len(lost):
        wrong.append(f"{len(sent)} were sent, the ledger tells of {sums.received - sums.duplicate}")
    states = Counter(each.state for each in rows.values())
    account = Account(len(sent), sums.stored, sums.ignored, sums.quarantined, sums.duplicate)
    if sums.stored != states[State.STORED]:
        wrong.append(f"the ledger has {sums.stored} stored, the book {states[State.STORED]}")
    gone = len({each.number for each in lost} | missing)
    return replace(account, lost=gone, wrong=tuple([*wrong, *strange][:_EXAMPLES]))


def _rows(data: Path, sent: Sequence[Sent]) -> dict[bytes, Booked]:
    book, log = journal_of(data)
    rows: dict[bytes, Booked] = {}
    for keys in _batches([each.key for each in sent]):
        rows.update(book.find(keys))
    log.close()
    book.close()
    return rows


def _as_it_must(sent: Sent, row: Booked) -> bool:
    return (row.state, row.cause) == sent.fate


def _told(sent: Sent, row: Booked) -> str:
    return f"uplink {sent.number} is {row.state.value} ({row.cause}), wanted was {' '.join(sent.fate)}"


def _compare(found: Found, wanted: Collection[Sent]) -> tuple[set[int], list[str]]:
    """Numbers of uplinks whose reading is not there; readings that nobody sent, or that say something else."""
    expected = {(device_of(each.frame.device_id), each.frame.received_at): each.number for each in wanted}
    missing = {number for place, number in expected.items() if place not in found}
    strange = [
        f"{device} has {value} at {time}, sent was {expected.get((device, time))}"
        for (device, time), value in found.items()
        if expected.get((device, time)) != value
    ]
    return missing, strange


def _batches(keys: Sequence[bytes]) -> Iterator[list[bytes]]:
    rest = iter(keys)
    while batch := list(islice(rest, _BATCH)):
        yield batch
