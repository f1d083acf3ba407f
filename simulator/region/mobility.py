"""Parking and people on the move."""

from simulator.encoders import bosch, milesight
from simulator.region.beats import Beat, Changes
from simulator.region.chance import key_of
from simulator.region.energy import register
from simulator.region.making import Make
from simulator.region.model import PlannedDevice
from simulator.region.weather import Weather
from simulator.region.weeks import SHOPS, Flow
from smartregion.clock import HOUR

_MINUTES_INSIDE = 25
_RESTARTED = 0x3F


def parking(_device: PlannedDevice, weather: Weather, beat: Beat) -> Make:
    """One parking space: sends when a car comes or goes, once a day, and when it has started anew."""
    if not isinstance(beat, Changes):
        raise TypeError("a parking space sends on changes")

    def make(time: int, k: int, dice: int) -> tuple[int, bytes]:
        change = beat.change(k)
        if change.heartbeat and dice & _RESTARTED == 0:
            return bosch.STARTUP_PORT, bosch.tps110_startup(occupied=change.on)
        if change.heartbeat:
            return bosch.HEARTBEAT_PORT, bosch.tps110_heartbeat(weather.temperature(time) + 2, occupied=change.on)
        return bosch.STATE_PORT, bosch.tps110_state(occupied=change.on)

    return make


def people(device: PlannedDevice, _weather: Weather, beat: Beat) -> Make:
    """Counter above an entrance: who goes in comes out a little later."""
    flow = Flow(key_of(device.key, "people"), SHOPS, device.trait("people", 8, 70), variety=0.35)
    came = register(device.story, flow, device.trait("start", 5_000, 400_000))
    inside = _MINUTES_INSIDE * HOUR // 60

    def make(time: int, k: int, _dice: int) -> tuple[int, bytes]:
        earlier = beat.time(k - 1)
        total_in, total_out = int(came(time)), int(came(time - inside))
        period_in, period_out = total_in - int(came(earlier)), total_out - int(came(earlier - inside))
        return milesight.PORT, milesight.vs133(1, total_in, total_out, max(period_in, 0), max(period_out, 0))

    return make
