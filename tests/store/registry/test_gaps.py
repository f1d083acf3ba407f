"""What is kept of gaps is found again, in order, and within bounds."""

from dataclasses import replace

from smartregion.clock import HOUR
from smartregion.gaps import Fetch, Gap, GapCause, GapCount, GapState, Outage, Sought
from store.registry.sql import SqlRegistry
from tests.store.registry.conftest import Opening

GAP = Gap("wasser.w1", "wasser", 10 * HOUR, 12 * HOUR, 3, found=13 * HOUR)


def other(device: str, start: int, state: GapState = GapState.OPEN, cause: GapCause = GapCause.UNKNOWN) -> Gap:
    return replace(GAP, device=device, start=start * HOUR, until=(start + 1) * HOUR, state=state, cause=cause)


def test_a_gap_is_kept_and_replaced(opening: Opening) -> None:
    opening().gaps.put([GAP])
    registry = opening()
    registry.gaps.put([replace(GAP, repaired=2)])

    assert registry.gaps.page(Sought(), 10) == [replace(GAP, repaired=2)]
    registry.gaps.remove([GAP])
    assert registry.gaps.page(Sought(), 10) == []


def test_gaps_come_page_by_page_the_newest_first(registry: SqlRegistry) -> None:
    registry.gaps.put([other(device, start) for device in ("wasser.b", "wasser.a") for start in range(700)])

    seen: list[tuple[int, str]] = []
    after: tuple[int, str] | None = None
    while page := registry.gaps.page(Sought(), 300, after):
        seen += [(gap.start, gap.device) for gap in page]
        after = seen[-1]

    assert len(seen) == 1400
    assert seen == sorted(seen, key=lambda each: (-each[0], each[1]))


def test_gaps_are_sought_by_what_they_are(registry: SqlRegistry) -> None:
    lost = other("wasser.b", 3, state=GapState.LOST, cause=GapCause.RADIO)
    lasting = replace(other("klima.c", 5), application="klima", until=None, cause=GapCause.SILENT)
    registry.gaps.put([GAP, lost, lasting])

    def devices(sought: Sought) -> list[str]:
        return [gap.device for gap in registry.gaps.page(sought, 10)]

    assert devices(Sought(application="klima")) == ["klima.c"]
    assert devices(Sought(device="wasser.b")) == ["wasser.b"]
    assert devices(Sought(states=(GapState.OPEN,))) == ["wasser.w1", "klima.c"]
    assert devices(Sought(cause=GapCause.RADIO)) == ["wasser.b"]
    assert devices(Sought(start=4 * HOUR, until=11 * HOUR)) == ["wasser.w1", "klima.c"]
    assert registry.gaps.silent() == {"klima.c": lasting}
    assert registry.gaps.open_ones("wasser", until=12 * HOUR) == [GAP]
    assert registry.gaps.of_devices(["wasser.b", "wasser.w1"]) == {"wasser.b": [lost], "wasser.w1": [GAP]}
    assert GapCount("wasser", GapCause.RADIO, GapState.LOST, 1, 3, 0) in registry.gaps.counts(Sought())


def test_the_oldest_go_first_and_open_ones_last(registry: SqlRegistry) -> None:
    registry.gaps.put([other("a", start) for start in range(10)])
    registry.gaps.put([other("b", start, state=GapState.REPAIRED) for start in range(10)])

    registry.gaps.prune(0, 15)
    kept = registry.gaps.page(Sought(), 100)
    assert [gap.start // HOUR for gap in kept if gap.device == "b"] == [9, 8, 7, 6, 5]
    assert sum(gap.device == "a" for gap in kept) == 10

    registry.gaps.prune(8 * HOUR, 3)
    left = [(gap.device, gap.start // HOUR) for gap in registry.gaps.page(Sought(), 100)]
    assert left == [("a", 9), ("b", 9), ("a", 8)]


def test_what_explains_gaps_outlives_a_restart(opening: Opening) -> None:
    store = opening().gaps
    store.put_outages([Outage("", 1, 5), Outage("wasser", 7, None)])
    store.save_heard([("wasser.w1", 0, "[]"), ("wasser.w1", 3, "[1]")])
    store.set_mark("alive", 4)
    store.set_mark("alive", 9)
    fetch = Fetch("wasser", 1, 90, 90, 0, 5)
    store.put_fetch(fetch)
    store.put_fetch(fetch._replace(reached=40, fetched=7))
    store = opening().gaps

    assert store.outages(6) == [Outage("wasser", 7, None)]
    store.put_outages([Outage("wasser", 7, 8)])
    assert store.outages(0) == [Outage("", 1, 5), Outage("wasser", 7, 8)]
    assert store.load_heard() == [("wasser.w1", 3, "[1]")]
    assert (store.mark("alive"), store.mark("other")) == (9, None)
    assert store.fetches() == [fetch._replace(reached=40, fetched=7)]
    store.remove_fetch(fetch)
    assert store.fetches() == []
