"""Archived messages through today's decoders: what is told is what is done, and nothing else."""

import threading
from collections.abc import Callable, Collection
from contextlib import closing
from pathlib import Path

import pytest

from queries.redecoding import RedecodeOrder, RedecodeProgress
from smartregion.errors import Misconfigured, Unavailable
from smartregion.model import Series
from store.archive import Catalogue
from store.series.memory import MemorySeries
from store.series.protocol import Selection
from tests.ingest.redecode_world import (
    BEGIN,
    NOW,
    STEP,
    TEXT,
    Brittle,
    Stating,
    StatingYesterday,
    Today,
    Yesterday,
    finished,
    frame,
    frames,
    message,
    todays,
    world,
)

ALL = [message(each) for each in frames()]


def counts(progress: RedecodeProgress) -> dict[str, int]:
    return {kind: progress.count(kind) for kind in ("same", "appear", "change", "vanish")}


@pytest.mark.parametrize("archived", [0, 6, 13], ids=["log", "log and archive", "archive"])
def test_what_todays_decoders_made_is_all_the_same(tmp_path: Path, archived: int) -> None:
    with world(tmp_path / "data") as one:
        one.take(ALL)
        one.archive(range(1, archived + 1))
        before = one.stored()

        told = one.run(apply=True)

        assert (told.state, told.done, told.frames) == ("complete", 90, 90)
        assert counts(told) == {"same": len(before), "appear": 0, "change": 0, "vanish": 0}
        assert one.stored() == before
        assert one.changed == set()


def test_the_difference_is_told_by_quantity_with_examples_and_nothing_changes(tmp_path: Path) -> None:
    with world(tmp_path / "data") as one:
        one.take(ALL, Yesterday)
        one.archive(range(1, 10))
        before, ledger = one.stored(), one.book.ledger()

        told = one.run()

        by_quantity = {each.quantity: (each.same, each.appear, each.change, each.vanish) for each in told.differences}
        assert by_quantity == {
            "device.battery_percent": (0, 90, 0, 0),
            "air.temperature": (3, 0, 87, 0),
            "air.relative_humidity": (0, 90, 0, 0),
            "soil.moisture": (0, 0, 0, 90),
            "radio.rssi": (90, 0, 0, 0),
            "radio.snr": (90, 0, 0, 0),
        }
        examples = [each for told_of in told.differences for each in told_of.examples if each.kind == "change"]
        assert len(examples) == 5
        assert {(each.before, each.after) for each in examples} >= {(1.0, 0.1)}
        assert one.stored() == before
        assert one.book.ledger() == ledger


def test_apply_does_exactly_what_was_told(tmp_path: Path) -> None:
    with world(tmp_path / "data") as one:
        one.take(ALL, Yesterday)
        one.archive(range(1, 10))
        told = one.run()

        done = one.run(apply=True)

        assert counts(done) == counts(told)
        assert one.stored() == todays(tmp_path / "other", ALL)
        assert one.changed == {"umwelt.klima-00", "umwelt.klima-01", "umwelt.klima-02"}
        again = counts(one.run())
        assert again == {"same": len(one.stored()), "appear": 0, "change": 0, "vanish": 0}


def test_only_the_range_and_the_devices_asked_for_are_touched(tmp_path: Path) -> None:
    with world(tmp_path / "data") as one:
        one.take(ALL, Yesterday)
        before = one.stored()

        one.run(apply=True, start=BEGIN + 10 * STEP, end=BEGIN + 20 * STEP, devices=("klima-01",))

        after = one.stored()
        touched = {place for place in {*before, *after} if before.get(place) != after.get(place)}
        assert {series.device for series, _ in touched} == {"umwelt.klima-01"}
        assert {time for _, time in touched} == {BEGIN + number * STEP for number in range(10, 20)}


def test_messages_that_are_read_today_leave_quarantine(tmp_path: Path) -> None:
    with world(tmp_path / "data") as one:
        one.set_region(TEXT.replace("em300-th", "not-known-yet"))
        one.take(ALL)
        one.archive(range(1, 10))
        assert one.stored() == {}
        one.set_region(TEXT)
        assert one.run().settled == 90

        done = one.run(apply=True)

        assert done.settled == 90
        assert one.stored() == todays(tmp_path / "other", ALL)
        assert one.book.quarantined() == []
        assert sum(row.stored for row in one.book.ledger()) == 90


def test_the_book_tells_by_which_decoder_a_frame_was_read_last(tmp_path: Path) -> None:
    with world(tmp_path / "data") as one:
        one.take(ALL, Yesterday)

        done = one.run(apply=True)

        rows = one.book.of_device("umwelt", "klima-00", BEGIN, NOW, 100)
        assert {row.decoder.split()[0] for row in rows} == {"milesight-iot/em300-th"}
        assert done.settled == 0


def test_frames_that_are_not_read_today_keep_their_readings(tmp_path: Path) -> None:
    with world(tmp_path / "data") as one:
        one.take(ALL)
        before, ledger = one.stored(), one.book.ledger()
        one.set_region(TEXT.replace("em300-th", "no-longer-known"))

        done = one.run(apply=True)

        assert one.stored() == before
        assert one.book.ledger() == ledger
        (failure,) = done.failures
        assert (failure.cause, failure.messages) == ("no decoder", 90)


def test_readings_that_no_message_explains_stay(tmp_path: Path) -> None:
    with world(tmp_path / "data") as one:
        one.take(ALL, Yesterday)
        one.archive(range(1, 7))
        with closing(Catalogue(tmp_path / "data/archive")) as catalogue:
            catalogue.enter((), {}, instead_of=catalogue.parts())

        done = one.run(apply=True)

        lost = {(f"umwelt.{each.device_id}", each.received_at) for each in frames()[:42]}
        kept = {(series.device, time) for series, time in one.stored() if series.quantity == "soil.moisture"}
        assert kept == lost
        assert done.frames == 48


def test_damage_of_the_archive_is_told_and_nothing_is_done(tmp_path: Path) -> None:
    with world(tmp_path / "data") as one:
        one.take(ALL, Yesterday)
        one.archive(range(1, 10))
        before = one.stored()
        (file, *_) = sorted((tmp_path / "data/archive").rglob("*.parquet"))
        octets = bytearray(file.read_bytes())
        octets[len(octets) // 2] ^= 255
        file.write_bytes(octets)

        told = one.run(apply=True)

        assert told.state == "failed"
        assert file.name in told.why
        assert one.stored() == before


def test_of_several_frames_that_state_one_time_the_last_to_come_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.redecode_worker.Decoding", Stating)
    order = [0, 1, 3, 2, 4, 5, 6, 7]
    with world(tmp_path / "data") as one:
        one.take([message(frame(number)) for number in order], Stating)
        before = one.stored()
        assert sorted(before.values()) == [2.0, 7.0]

        for end in (BEGIN + 8 * STEP, BEGIN + 2 * STEP, BEGIN + 6 * STEP):
            told = one.run(apply=True, end=end)

            assert counts(told) | {"same": 0} == {"same": 0, "appear": 0, "change": 0, "vanish": 0}
        assert one.stored() == before


def test_a_reading_that_a_frame_outside_of_the_range_wrote_last_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.redecode_worker.Decoding", Stating)
    messages = [message(frame(number)) for number in range(8)]
    with world(tmp_path / "data") as one:
        one.take(messages, StatingYesterday)

        one.run(apply=True, end=BEGIN + 2 * STEP)
        assert {(series.quantity, value) for (series, _), value in one.stored().items()} == {
            ("soil.moisture", 3.0),
            ("soil.moisture", 7.0),
        }

        one.run(apply=True)
        assert one.stored() == todays(tmp_path / "other", messages, Stating)


class Meanwhile(MemorySeries):
    """Lets something happen before the first sample is removed."""

    def __init__(self) -> None:
        super().__init__()
        self.happens: Callable[[], None] | None = None

    def remove(self, series: Collection[Series], start: int, end: int) -> None:
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()
        super().remove(series, start, end)


def test_a_late_frame_that_comes_in_meanwhile_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.redecode_worker.Decoding", Today)
    late = [message(frame(number, device)) for number in range(5, 25, 4) for device in range(3)]
    early = [each for each in ALL if each not in late and b'"f_cnt":1,' not in each.payload]
    early = [each for each in early if b'"f_cnt":25,' not in each.payload and b'"f_cnt":29,' not in each.payload]
    series = Meanwhile()
    with world(tmp_path / "data", series) as one:
        one.take(early, Yesterday)
        # They write into a series that nothing else writes any more, between the times that go.
        series.happens = lambda: one.take(late, Today)

        one.run(apply=True)

        assert {series.quantity for series, _ in one.stored()} >= {"soil.moisture"}
        assert one.stored() == todays(tmp_path / "other", [*early, *late], Today)


def test_a_run_that_was_killed_goes_on_and_tells_the_same_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.redecode_worker.GROUP_MESSAGES", 60)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    step, crashed = 0, True
    expected = todays(tmp_path / "other", ALL)
    while crashed:
        series = Brittle()
        with world(tmp_path / str(step), series) as one:
            one.take(ALL, Yesterday)
            told = one.run()
            series.at = step
            state = one.run(apply=True).state
            crashed = state != "complete"
            series.at = None
            if crashed:
                done = one.run(apply=True)
                assert counts(done) == counts(told), step
                assert (done.state, done.done, done.total) == ("complete", 90, 90)
            assert one.stored() == expected, step
        step += 1
    assert step > 3


def test_with_other_decoders_a_stopped_run_begins_anew(tmp_path: Path) -> None:
    with world(tmp_path / "data", series := Brittle()) as one:
        one.take(ALL, Yesterday)
        first = one.redecode()
        first._kept = None
        order = RedecodeOrder(application="umwelt", start=BEGIN, end=NOW, apply=True)
        assert one.run(apply=True).state == "complete"
        again = one.redecode()
        again._decoders = lambda: "others"

        again.start(order)

        assert counts(finished(again))["same"] == len(one.stored())
        assert series.at is None


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    release = threading.Event()

    class Slow(MemorySeries):
        def series(self, which: Selection) -> list[Series]:
            release.wait(30)
            return super().series(which)

    with world(tmp_path / "data", Slow()) as one:
        one.take(ALL)
        redecode = one.redecode()
        order = RedecodeOrder(application="umwelt", start=BEGIN, end=NOW)
        redecode.start(order)

        with pytest.raises(Misconfigured, match="just now"):
            redecode.start(order)

        release.set()
        assert finished(redecode).state == "complete"


def test_while_the_store_is_away_the_run_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.redecode.FIRST_PAUSE", 0.01)

    class Away(MemorySeries):
        times = 3

        def remove(self, series: Collection[Series], start: int, end: int) -> None:
            self.times -= 1
            if self.times >= 0:
                raise Unavailable("away")
            super().remove(series, start, end)

    with world(tmp_path / "data", Away()) as one:
        one.take(ALL, Yesterday)

        assert one.run(apply=True).state == "complete"

        assert one.stored() == todays(tmp_path / "other", ALL)


def test_an_empty_range_is_refused(tmp_path: Path) -> None:
    with world(tmp_path / "data") as one, pytest.raises(Misconfigured, match="empty"):
        one.run(start=NOW, end=NOW)
