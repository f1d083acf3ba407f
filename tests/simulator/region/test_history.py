"""The past and the present of the county are one line: repeatable, countable, without a seam."""

from collections import Counter, defaultdict
from itertools import islice, pairwise

import pytest

from simulator.region.burst import burst
from simulator.region.history import RegionHistory, schedule
from simulator.region.model import RegionPlan
from simulator.region.plan import plan
from simulator.uplinks import Frame, render
from smartregion.clock import DAY, HOUR, SECOND

FOR_EVER = 2**63 - 1


@pytest.fixture(scope="module")
def small() -> RegionPlan:
    return plan(5, 60)


def frames_of(county: RegionPlan, start: int, end: int, order: str = "received_at") -> list[Frame]:
    history = RegionHistory(county, start, end)
    return [
        frame
        for application in county.by_application
        for frame in history.frames(application, None, 0, FOR_EVER, order)
    ]


def test_asked_twice_it_gives_the_same_bytes(small: RegionPlan) -> None:
    start, end = small.anchor - 2 * DAY, small.anchor
    first, second = frames_of(small, start, end), frames_of(small, start, end)
    assert len(first) > 1000
    assert [render(frame) for frame in first] == [render(frame) for frame in second]


def test_the_window_asked_for_changes_no_frame(small: RegionPlan) -> None:
    history = RegionHistory(small, small.anchor - 3 * DAY, small.anchor)
    application = small.municipalities[0].application
    whole = list(history.frames(application, None, 0, FOR_EVER))
    edges = [small.anchor - 3 * DAY + n * 7 * HOUR + n * 1_234_567 for n in range(11)] + [small.anchor]
    parts = [frame for after, before in pairwise(edges) for frame in history.frames(application, None, after, before)]
    assert parts == whole


def test_frames_come_in_order_and_backwards_in_the_other(small: RegionPlan) -> None:
    application = small.municipalities[0].application
    history = RegionHistory(small, small.anchor - DAY, small.anchor)
    forward = list(history.frames(application, None, 0, FOR_EVER, "received_at"))
    times = [frame.handled_at for frame in forward]
    assert times == sorted(times)
    assert small.anchor - DAY <= times[0] < times[-1] < small.anchor
    assert list(history.frames(application, None, 0, FOR_EVER, "-received_at")) == forward[::-1]


def test_counts_are_the_numbers_of_frames(county: RegionPlan, fortnight: RegionHistory) -> None:
    after, before = county.anchor - 30 * HOUR + 17, county.anchor - 3 * HOUR
    for application in county.by_application:
        frames = fortnight.frames(application, None, after, before)
        counted = Counter(frame.device_id for frame in frames)
        assert fortnight.count(application, None, after, before) == counted
        for device, number in list(counted.items())[:3]:
            assert fortnight.count(application, device, after, before) == {device: number}
            assert len(list(fortnight.frames(application, device, after, before))) == number


def test_an_unknown_application_or_device_has_nothing(fortnight: RegionHistory, county: RegionPlan) -> None:
    application = county.municipalities[0].application
    assert fortnight.count("nowhere", None, 0, FOR_EVER) == {}
    assert list(fortnight.frames(application, "nobody", 0, FOR_EVER)) == []


def test_live_traffic_goes_on_where_history_ends(small: RegionPlan) -> None:
    start, seam, end = small.anchor - DAY, small.anchor - 6 * HOUR + 12_345, small.anchor
    live = []
    for frame in schedule(small, seam):
        if frame.handled_at >= end:
            break
        live.append(frame)
    before, whole = frames_of(small, start, seam), frames_of(small, start, end)
    assert [frame.handled_at for frame in live] == sorted(frame.handled_at for frame in live)
    assert len(before) + len(live) == len(whole)
    assert set(map(render, before)) | set(map(render, live)) == set(map(render, whole))


def test_no_key_comes_twice(county: RegionPlan, fortnight: RegionHistory) -> None:
    keys: set[tuple[object, ...]] = set()
    number = 0
    for application in county.by_application:
        for frame in fortnight.frames(application, None, county.anchor - 2 * DAY, FOR_EVER):
            number += 1
            keys.add((application, frame.device_id, frame.session, frame.f_cnt))
    assert len(keys) == number > 10_000


def test_counters_of_frames_rise_by_one_except_for_losses_and_new_sessions(
    county: RegionPlan, fortnight: RegionHistory
) -> None:
    lost = sessions = arrived = 0
    last: dict[str, Frame] = {}
    for application in county.by_application:
        for frame in fortnight.frames(application, None, county.anchor - 7 * DAY, FOR_EVER):
            before = last.get(frame.device_id)
            last[frame.device_id] = frame
            arrived += 1
            if before is None:
                continue
            if before.session != frame.session:
                sessions += 1
                assert frame.f_cnt < 8
                assert frame.dev_addr != before.dev_addr
                continue
            assert frame.f_cnt > before.f_cnt
            lost += frame.f_cnt - before.f_cnt - 1
    assert 0.01 < lost / (lost + arrived) < 0.06
    assert sessions >= 5


def test_what_goes_wrong_in_a_real_network_goes_wrong_here(county: RegionPlan, fortnight: RegionHistory) -> None:
    lengths: dict[tuple[str, int], Counter[int]] = defaultdict(Counter)
    mac_only = unknown = 0
    for application in county.by_application:
        for frame in fortnight.frames(application, None, county.anchor - 7 * DAY, FOR_EVER):
            mac_only += frame.f_port == 0
            unknown += frame.profile is None
            if frame.profile and frame.f_port:
                lengths[frame.profile.model, frame.f_port][len(frame.payload)] += 1
    assert mac_only > 10
    assert unknown > 10
    broken = sum(sum(found.values()) - max(found.values()) for found in lengths.values())
    assert broken > 10


def test_one_device_has_been_silent_for_days(county: RegionPlan, fortnight: RegionHistory) -> None:
    (silent,) = [device for device in county.devices if device.story.ends and device.role == "glass"]
    before = fortnight.count(silent.application, silent.device_id, 0, county.anchor - 4 * DAY)
    after = fortnight.count(silent.application, silent.device_id, county.anchor - 3 * DAY, FOR_EVER)
    assert before[silent.device_id] > 40
    assert after == {}


def test_a_device_that_ended_is_not_heard_live(small: RegionPlan) -> None:
    ended = {device.device_id for device in small.devices if device.story.ends}
    assert ended
    assert not ended & {frame.device_id for frame in islice(schedule(small, small.anchor), 2000)}


def test_a_burst_has_its_length_and_no_key_twice(small: RegionPlan) -> None:
    frames = list(burst(small, 1000, small.anchor))
    assert len(frames) == 1000
    assert len({(frame.device_id, frame.session, frame.f_cnt) for frame in frames}) == 1000
    assert len({frame.device_id for frame in frames}) == 60
    assert all(small.anchor <= frame.received_at < small.anchor + SECOND for frame in frames)
    assert all(frame.payload and frame.f_port for frame in frames)
