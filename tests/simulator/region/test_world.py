"""What the sensors tell makes sense: counters only rise, people sleep at night, rain reaches the river."""

from collections.abc import Callable
from itertools import pairwise
from statistics import mean, median

from simulator.region.history import RegionHistory
from simulator.region.model import PlannedDevice, RegionPlan
from simulator.region.weather import Weather
from simulator.region.weeks import HOME, LAMPS, OFFICE, Flow, WeekShape, week_start
from simulator.uplinks import Frame
from smartregion.clock import DAY, HOUR
from smartregion.model import Attributes
from smartregion.quantities import QUANTITIES, Kind

Told = tuple[int, str, Attributes, float]
Readings = Callable[[PlannedDevice, str], list[Told]]
Decode = Callable[[Frame], list[Told]]

MODULUS = 2**32


def with_role(county: RegionPlan, role: str) -> list[PlannedDevice]:
    return [device for device in county.devices if device.role == role and not device.story.ends]


def night_use(told: list[Told]) -> float:
    """Litres an hour between 1 and 4 o'clock, the last three days."""
    volume = {time: value for time, _, _, value in told}
    pairs = [(time, time + HOUR) for time in volume if time + HOUR in volume and 0 <= time % DAY // HOUR < 3]
    return mean(volume[after] - volume[before] for before, after in pairs[-9:])


def test_counters_never_fall_but_where_one_rolls_over(
    county: RegionPlan, fortnight: RegionHistory, decode: Decode
) -> None:
    told: dict[tuple[object, ...], list[tuple[int, float]]] = {}
    for application in county.by_application:
        for frame in fortnight.frames(application, None, county.anchor - 6 * DAY, 2**63 - 1):
            for time, quantity, attributes, value in decode(frame):
                if QUANTITIES[quantity].kind is Kind.COUNTER and quantity != "motion.count":
                    told.setdefault((frame.device_id, quantity, attributes), []).append((time, value))
    assert len(told) > 100
    falls = [name for name, rows in told.items() for (_, a), (_, b) in pairwise(sorted(rows)) if b < a]
    (rolled,) = [device for device in county.devices if device.story.rolls_over_at]
    assert falls == [(rolled.device_id, "energy.active_import_total", (("tariff", "1"),))]


def test_the_counter_that_rolls_over_does_so_when_its_story_says(county: RegionPlan, readings: Readings) -> None:
    (rolled,) = [device for device in county.devices if device.story.rolls_over_at]
    told = readings(rolled, "energy.active_import_total")
    ((before, after),) = [(a, b) for a, b in pairwise(told) if b[3] < a[3]]
    assert rolled.story.rolls_over_at is not None
    assert before[0] <= rolled.story.rolls_over_at <= after[0]
    assert MODULUS - 200_000 < before[3] < MODULUS
    assert 0 <= after[3] < 200_000


def test_the_new_meter_begins_near_zero_after_the_old_one_ended(county: RegionPlan, readings: Readings) -> None:
    (new,) = [device for device in county.devices if device.story.begins]
    (old,) = [device for device in county.devices if device.point == new.point and device is not new]
    before, after = readings(old, "energy.active_import_total"), readings(new, "energy.active_import_total")
    assert before[-1][0] < after[0][0] < before[-1][0] + 3 * HOUR
    assert after[0][3] < 50_000 < before[-1][3]


def test_only_the_leaking_house_uses_water_at_night(county: RegionPlan, readings: Readings) -> None:
    (leaking,) = [device for device in county.devices if device.story.leaks_from]
    sound = [
        night_use(told)
        for device in with_role(county, "house_water")
        if device is not leaking and len(told := readings(device, "water.volume_total")) > 200
    ]
    assert len(sound) >= 3
    assert max(sound) < 5
    assert night_use(readings(leaking, "water.volume_total")) > 40


def test_the_leaking_house_raises_its_meter_alarm(county: RegionPlan, readings: Readings) -> None:
    (leaking,) = [device for device in county.devices if device.story.leaks_from]
    alarms = [(time, value) for time, _, names, value in readings(leaking, "water.meter_alarm") if "leak" in str(names)]
    assert alarms[0][1] == 0
    assert alarms[-1][1] == 1


def test_containers_fill_slowly_and_are_emptied_at_once(county: RegionPlan, readings: Readings) -> None:
    for device in with_role(county, "paper")[:4]:
        told = [value for _, _, _, value in readings(device, "level.distance")]
        rises = [b - a for a, b in pairwise(told)]
        assert sum(rise > 0.2 for rise in rises) == 2
        assert median(rises) < 0.001


def test_parking_turns_over_by_day(county: RegionPlan, readings: Readings) -> None:
    for device in with_role(county, "parking")[:4]:
        told = readings(device, "parking.occupied")
        changes = [after[0] for before, after in pairwise(told) if before[3] != after[3]]
        assert len(changes) > 50
        assert all(6 <= (time % DAY) / HOUR <= 21.1 for time in changes)


def test_people_who_go_in_come_out(county: RegionPlan, readings: Readings) -> None:
    told = readings(with_role(county, "people")[0], "people.count_total")
    into = [value for _, _, names, value in told if ("direction", "in") in names]
    out = [value for _, _, names, value in told if ("direction", "out") in names]
    assert all(0 <= a - b < 300 for a, b in zip(into, out, strict=True))
    assert into[-1] - into[0] > 1000


def test_offices_work_by_day_and_lamps_by_night() -> None:
    noon = week_start(2900) + 12 * HOUR
    office, lamps = Flow(1, OFFICE, 1000), Flow(2, LAMPS, 1000)
    assert office.rate(noon) > 3 * office.rate(noon + 12 * HOUR)
    assert office.rate(noon) > 3 * office.rate(noon + 5 * DAY)
    assert lamps.rate(noon + 9 * HOUR) > 10 * lamps.rate(noon)


def test_a_flow_is_the_integral_of_its_rate() -> None:
    flow = Flow(3, HOME, 50, variety=0.3, season=0.4)
    start = week_start(2900) - 2 * DAY
    for hour in range(0, 24 * 14, 5):
        at = start + hour * HOUR
        assert abs(flow.total(at + HOUR) - flow.total(at) - flow.rate(at)) < 1e-6


def test_a_flow_comes_to_its_mean_over_the_years() -> None:
    flow = Flow(4, WeekShape((1.0,) * 24, (0.5,) * 24, (0.25,) * 24), 50, season=0.9)
    years = 4 * 8766
    assert abs((flow.total(2000 * 7 * DAY + years * HOUR) - flow.total(2000 * 7 * DAY)) / years - 50) < 0.5


def test_rain_lifts_the_river_and_wets_the_soil(county: RegionPlan) -> None:
    weather = Weather(county.seed)
    hours = range(county.anchor // HOUR - 24 * 300, county.anchor // HOUR)
    wettest = max(hours, key=lambda hour: sum(weather.rain(hour - n) for n in range(6)))
    before, after = (wettest - 24) * HOUR, (wettest + 8) * HOUR
    assert weather.river(after) > weather.river(before)
    assert weather.soil(after) > weather.soil(before)


def test_summer_is_warmer_than_winter(county: RegionPlan) -> None:
    weather = Weather(county.seed)
    summer, winter = week_start(2951), week_start(2925)
    days = range(0, 21 * 24, 7)
    assert mean(weather.temperature(summer + n * HOUR) for n in days) > 8 + mean(
        weather.temperature(winter + n * HOUR) for n in days
    )
