"""Very many frames at once, for benchmarks: true bytes, true ids, but borrowed among devices of one role."""

from base64 import b64encode
from collections.abc import Iterator

from simulator.region.chance import mix
from simulator.region.model import PlannedDevice, RegionPlan
from simulator.region.station import Station
from simulator.region.weather import Weather
from simulator.uplinks import Frame
from smartregion.clock import DAY

_SAMPLES = 16
_APART = 1_000


def burst(plan: RegionPlan, n: int, now: int) -> Iterator[Frame]:
    """n frames heard from `now` on, a microsecond apart, of all devices in turn; counters rise from 0."""
    samples = _samples(plan, now)
    devices = [
        _as(samples[device.role][index % len(samples[device.role])], device)
        for index, device in enumerate(plan.devices[:n])
    ]
    size = len(devices)
    for i in range(n):
        turn, index = divmod(i, size)
        yield devices[index]._replace(received_at=now + i * _APART, f_cnt=turn)


def _samples(plan: RegionPlan, now: int) -> dict[str, list[Frame]]:
    """A few frames of the last day for each role."""
    weather = Weather(plan.seed)
    found: dict[str, list[Frame]] = {}
    for device in plan.devices:
        frames = found.setdefault(device.role, [])
        if len(frames) < _SAMPLES:
            station = Station(device, weather)
            frames += [frame for k in station.window(now - DAY, now)[:4] if (frame := station.frame(k)).f_port]
    return found


def _as(frame: Frame, device: PlannedDevice) -> Frame:
    session = device.key.to_bytes(8, "big") + mix(device.key, -1).to_bytes(8, "big")
    return frame._replace(
        application=device.municipality.application,
        device_id=device.device_id,
        dev_eui=device.dev_eui,
        join_eui=device.join_eui,
        dev_addr=f"27{device.key & 0xFF_FFFF:06X}",
        session=b64encode(session).decode(),
        place=device.place,
    )
