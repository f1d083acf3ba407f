"""What an encoder puts into bytes, the decoder of that device takes out again, to the resolution of the format."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decoders.catalogue import find
from decoders.decoder import Frame
from simulator.encoders import axioma, bosch, decentlab, dragino, elsys, emu, milesight
from smartregion.clock import SECOND
from smartregion.errors import Undecodable
from smartregion.model import Attributes, Profile

NOW = 1_795_305_000
HOUR = 3600

percent = st.integers(0, 100)
distance = st.floats(0.25, 4.5)
temperature = st.floats(-30, 60)
humidity = st.floats(0, 100)
voltage = st.floats(2.0, 4.0)
u32 = st.integers(0, 2**32 - 1)

Values = dict[tuple[str, Attributes], float]


def decoded(name: str, f_port: int, payload: bytes) -> Values:
    brand, model = name.split("/")
    decoder = find(Profile(brand, model))
    assert decoder is not None
    readings = decoder.decode(Frame(f_port, payload, NOW * SECOND)).readings
    return {(one.quantity, one.attributes): one.value for one in readings}


def timed(name: str, f_port: int, payload: bytes, quantity: str) -> dict[int | None, float]:
    brand, model = name.split("/")
    decoder = find(Profile(brand, model))
    assert decoder is not None
    readings = decoder.decode(Frame(f_port, payload, NOW * SECOND)).readings
    return {one.time and one.time // SECOND: one.value for one in readings if one.quantity == quantity}


@settings(max_examples=30)
@given(percent, distance, st.booleans())
def test_em310_udl(battery: int, metres: float, tilted: bool) -> None:
    found = decoded("milesight-iot/em310-udl", milesight.PORT, milesight.em310_udl(battery, metres, tilted=tilted))
    assert found["device.battery_percent", ()] == battery
    assert found["level.distance", ()] == pytest.approx(metres, abs=0.00051)
    assert found["container.tilted", ()] == tilted


@settings(max_examples=30)
@given(percent, temperature, distance, st.booleans(), st.sampled_from(["em400-mud", "em400-tld"]))
def test_em400(battery: int, celsius: float, metres: float, tilted: bool, model: str) -> None:
    found = decoded(f"milesight-iot/{model}", 85, milesight.em400(battery, celsius, metres, tilted=tilted))
    assert found["container.temperature", ()] == pytest.approx(celsius, abs=0.0501)
    assert found["level.distance", ()] == pytest.approx(metres, abs=0.00051)
    assert found["container.tilted", ()] == tilted


@settings(max_examples=30)
@given(percent, temperature, humidity)
def test_em300_th(battery: int, celsius: float, relative: float) -> None:
    found = decoded("milesight-iot/em300-th", 85, milesight.em300_th(battery, celsius, relative))
    assert found["air.temperature", ()] == pytest.approx(celsius, abs=0.0501)
    assert found["air.relative_humidity", ()] == pytest.approx(relative, abs=0.251)


@settings(max_examples=30)
@given(percent, temperature, humidity, u32, u32)
def test_em300_di_with_a_stored_record(battery: int, celsius: float, relative: float, pulses: int, kept: int) -> None:
    stored = milesight.em300_di_stored(NOW - HOUR, celsius, relative, kept)
    payload = milesight.em300_di(battery, celsius, relative, pulses) + stored
    counted = timed("milesight-iot/em300-di", 85, payload, "pulse.count_total")
    assert counted == {None: pulses, NOW - HOUR: kept}


@settings(max_examples=30)
@given(st.floats(0, 42_000_000), st.floats(0, 600), temperature)
def test_ct101(charge: float, current: float, celsius: float) -> None:
    found = decoded("milesight-iot/ct101", 85, milesight.ct101(charge, current, celsius))
    assert found["electric.charge_total", ()] == pytest.approx(charge, abs=0.0051)
    assert found["electric.current", ()] == pytest.approx(current, abs=0.0051)
    # On the wire -0.1 and -0.3 degrees are the marks for a failed and for an impossible reading.
    if round(celsius * 10) in (-1, -3):
        assert ("device.temperature", ()) not in found
    else:
        assert found["device.temperature", ()] == pytest.approx(celsius, abs=0.0501)


@settings(max_examples=30)
@given(st.floats(200, 250), st.floats(0, 3600), u32, st.floats(0, 16), st.floats(0, 1), st.booleans())
def test_ws52x(volts: float, watts: float, energy: int, amperes: float, factor: float, on: bool) -> None:
    found = decoded("milesight-iot/ws52x", 85, milesight.ws52x(volts, watts, energy, amperes, factor, on=on))
    assert found["electric.voltage", ()] == pytest.approx(volts, abs=0.0501)
    assert found["power.active", ()] == pytest.approx(watts, abs=0.51)
    assert found["energy.active_import_total", ()] == energy
    assert found["electric.current", ()] == pytest.approx(amperes, abs=0.00051)
    assert found["power.factor", ()] == pytest.approx(factor, abs=0.0051)
    assert found["switch.on", ()] == on


@settings(max_examples=30)
@given(st.integers(1, 4), u32, u32, st.integers(0, 65_535), st.integers(0, 65_535))
def test_vs133(line: int, total_in: int, total_out: int, period_in: int, period_out: int) -> None:
    found = decoded("milesight-iot/vs133", 85, milesight.vs133(line, total_in, total_out, period_in, period_out))
    into, out = ((("direction", way), ("line", str(line))) for way in ("in", "out"))
    assert found["people.count_total", into] == total_in
    assert found["people.count_total", out] == total_out
    assert found["people.count", into] == period_in
    assert found["people.count", out] == period_out


@settings(max_examples=30)
@given(voltage, distance, temperature)
def test_ldds75(volts: float, metres: float, celsius: float) -> None:
    found = decoded("dragino/ldds75", dragino.PORT, dragino.ldds75(volts, metres, celsius))
    assert found["device.battery_voltage", ()] == pytest.approx(volts, abs=0.00051)
    assert found["level.distance", ()] == pytest.approx(metres, abs=0.00051)
    assert found["air.temperature", ()] == pytest.approx(celsius, abs=0.0501)


@settings(max_examples=30)
@given(voltage, st.floats(0, 100), st.floats(-20, 50), st.floats(0, 20))
def test_lse01(volts: float, moisture: float, celsius: float, conductivity: float) -> None:
    found = decoded("dragino/lse01", dragino.PORT, dragino.lse01(volts, moisture, celsius, conductivity))
    assert found["soil.moisture", ()] == pytest.approx(moisture, abs=0.0051)
    assert found["soil.temperature", ()] == pytest.approx(celsius, abs=0.0051)
    assert found["soil.conductivity", ()] == pytest.approx(conductivity, abs=0.00051)
    assert ("air.temperature", ()) not in found


@settings(max_examples=30)
@given(st.integers(0, 70_000), st.floats(0.3, 10), st.integers(1, 20), voltage)
def test_dl_mbx(number: int, metres: float, samples: int, volts: float) -> None:
    found = decoded("decentlab/dl-mbx", decentlab.PORT, decentlab.dl_mbx(number, metres, samples, volts))
    assert found["level.distance", ()] == pytest.approx(metres, abs=0.00051)
    assert found["device.battery_voltage", ()] == pytest.approx(volts, abs=0.00051)
    alone = decoded("decentlab/dl-mbx", decentlab.PORT, decentlab.dl_mbx_battery(number, volts))
    assert set(alone) == {("device.battery_voltage", ())}


@settings(max_examples=30)
@given(temperature, humidity, st.floats(0, 65_000), st.integers(0, 255), st.floats(0, 5_000), voltage)
def test_elsys_rooms(celsius: float, relative: float, lux: float, motion: int, co2: float, volts: float) -> None:
    plain = decoded("elsys/ers", elsys.PORT, elsys.ers(celsius, relative, lux, motion, volts))
    found = decoded("elsys/ers-co2", elsys.PORT, elsys.ers_co2(celsius, relative, lux, motion, co2, volts))
    assert plain == {name: value for name, value in found.items() if name[0] != "air.co2"}
    assert found["air.co2", ()] == pytest.approx(co2, abs=0.51)
    assert found["air.temperature", ()] == pytest.approx(celsius, abs=0.0501)
    assert found["air.illuminance", ()] == pytest.approx(lux, abs=0.51)
    assert found["motion.count", ()] == motion


@settings(max_examples=30)
@given(temperature, humidity, voltage, temperature, st.booleans())
def test_elt_2(celsius: float, relative: float, volts: float, probe: float, leak: bool) -> None:
    found = decoded("elsys/elt-2", elsys.PORT, elsys.elt_2(celsius, relative, volts, probe, leak=leak))
    assert found["air.temperature", ()] == pytest.approx(celsius, abs=0.0501)
    assert found["water.leak", ()] == leak
    assert sorted(round(value, 1) for name, value in found.items() if name[0] == "air.temperature") == sorted(
        [round(celsius * 10) / 10, round(probe * 10) / 10]
    )


deltas = st.lists(st.integers(0, 16_383), min_size=23, max_size=23)


@settings(max_examples=30)
@given(st.integers(0, 2**31), deltas)
def test_qalcosonic_enhanced_tells_the_last_24_full_hours(start: int, steps: list[int]) -> None:
    volumes = [start + sum(steps[:n]) for n in range(24)]
    payload = axioma.enhanced(NOW, axioma.Status.OK, volumes)
    last = NOW - NOW % HOUR
    told = timed("axioma/qalcosonic-w1", axioma.PORT, payload, "water.volume_total")
    assert told == {last - (23 - n) * HOUR: volume for n, volume in enumerate(volumes)}


@settings(max_examples=30)
@given(st.integers(0, 2**31), deltas, st.integers(0, 500))
def test_qalcosonic_extended_tells_full_hours_and_now(start: int, steps: list[int], since: int) -> None:
    volumes = [start + sum(steps[:n]) for n in range(15)]
    now, log_time = volumes[-1] + since, NOW - NOW % HOUR - 14 * HOUR
    payload = axioma.extended(NOW, axioma.Status.LEAK, now, log_time, volumes)
    told = timed("axioma/qalcosonic-w1", axioma.PORT, payload, "water.volume_total")
    assert told == {**{log_time + n * HOUR: volume for n, volume in enumerate(volumes)}, NOW: now}
    alarms = decoded("axioma/qalcosonic-w1", axioma.PORT, payload)
    assert alarms["water.meter_alarm", (("alarm", "leak"),)] == 1


@settings(max_examples=30)
@given(st.integers(100_000, 2**31), st.lists(st.integers(1, 9_999), min_size=4, max_size=4))
def test_qalcosonic_short_tells_now_and_past_registers(volume: int, steps: list[int]) -> None:
    past = [volume - sum(steps[: n + 1]) for n in range(4)]
    payload = axioma.short(NOW, axioma.Status.OK, volume, past, 6 * HOUR)
    told = timed("axioma/qalcosonic-w1", axioma.PORT, payload, "water.volume_total")
    assert told == {NOW: volume, **{NOW - n * 6 * HOUR: value for n, value in enumerate(past, 1)}}


@settings(max_examples=30)
@given(u32, u32, st.integers(-(2**31), 2**31 - 1), st.lists(st.floats(200, 250), min_size=3, max_size=3))
def test_emu_professional(energy_in: int, energy_out: int, power: int, volts: list[float]) -> None:
    values = emu.MeterValues(energy_in, energy_out, power, volts, 49.9)
    found = decoded("emu/emu-prof-ii", emu.PORT, emu.emu_prof_ii(NOW, values))
    assert found["energy.active_import_total", (("tariff", "1"),)] == energy_in
    assert found["energy.active_export_total", (("tariff", "1"),)] == energy_out
    assert found["power.active", ()] == power
    for phase, value in zip(("L1", "L2", "L3"), volts, strict=True):
        assert found["electric.voltage", (("phase", phase),)] == pytest.approx(value, abs=0.0501)
    assert found["electric.frequency", ()] == pytest.approx(49.9)


def test_an_unset_meter_clock_leaves_the_frame_its_own_time() -> None:
    values = emu.MeterValues(5, 6, 7, (230, 230, 230), 50)
    told = timed("emu/emu-prof-ii", emu.PORT, emu.emu_prof_ii(0, values), "power.active")
    assert told == {None: 7}


@pytest.mark.parametrize("occupied", [False, True])
def test_tps110(occupied: bool) -> None:
    frames = (
        (bosch.STATE_PORT, bosch.tps110_state(occupied=occupied)),
        (bosch.HEARTBEAT_PORT, bosch.tps110_heartbeat(-7.4, occupied=occupied)),
        (bosch.STARTUP_PORT, bosch.tps110_startup(occupied=occupied)),
    )
    found = [decoded("bosch/tps110", *frame) for frame in frames]
    assert found[0]["parking.occupied", ()] == found[1]["parking.occupied", ()] == occupied
    assert found[1]["device.temperature", ()] == -7


def test_a_meter_frame_that_lost_a_byte_is_seen_to_be_broken() -> None:
    payload = emu.emu_prof_ii(NOW, emu.MeterValues(5, 6, 7, (230, 230, 230), 50))
    with pytest.raises(Undecodable):
        decoded("emu/emu-prof-ii", emu.PORT, payload[:20])
