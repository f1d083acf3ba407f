"""Teneo filling degree sensor: big-endian; port 1 a measurement, 2 an error, 3 charging.

Layout: Teneo IoT filling degree sensor, as its codec in the device repository reads it. That codec takes the
temperature for unsigned, so frost would be above 600 °C; here it has a sign.
"""

from typing import Final

from decoders.decoder import Decoder, Frame
from smartregion.errors import Undecodable
from smartregion.model import Decoded, Reading

MEASURED: Final = 1
FAILED: Final = 2
CHARGING: Final = 3
LENGTHS: Final = {3: (False, False), 4: (True, False), 7: (False, True), 8: (True, True)}
"""By length: whether a status and whether temperature and humidity follow battery and distance."""
NO_ECHO: Final = 4


def _why(status: int) -> str:
    return "level.distance: " + ("no echo" if status == NO_ECHO else f"the sensor reports error {status}")


def _battery(payload: bytes) -> Reading:
    return Reading("device.battery_voltage", (20 + payload[0]) / 10)


def _climate(payload: bytes) -> tuple[Reading, ...]:
    temperature = int.from_bytes(payload[-4:-2], "big", signed=True)
    humidity = int.from_bytes(payload[-2:], "big")
    return (
        Reading("container.temperature", temperature / 100),
        Reading("air.relative_humidity", humidity / 100),
    )


def _measured(payload: bytes) -> Decoded:
    if len(payload) not in LENGTHS:
        raise Undecodable(f"{len(payload)} bytes are no measurement, or cut short")
    has_status, has_climate = LENGTHS[len(payload)]
    status = payload[3] if has_status else 0
    distance = Reading("level.distance", int.from_bytes(payload[1:3], "big") / 100)
    return Decoded(
        (_battery(payload), *(() if status else (distance,)), *(_climate(payload) if has_climate else ())),
        (_why(status),) if status else (),
    )


def _read(frame: Frame) -> Decoded:
    payload = frame.payload
    if frame.f_port == MEASURED:
        return _measured(payload)
    if frame.f_port == CHARGING:
        return Decoded((_battery(payload),), ("level.distance: the sensor is being charged",))
    if len(payload) < 2:
        raise Undecodable("the error is cut short")
    return Decoded((_battery(payload),), (_why(payload[1]),))


DECODERS: Final = (
    Decoder(
        brand="teneo-iot",
        models=("filling-degree-sensor",),
        title="Teneo filling degree sensor",
        domain="waste",
        source="Teneo IoT filling degree sensor, device repository",
        ports=frozenset({MEASURED, FAILED, CHARGING}),
        quantities=("device.battery_voltage", "level.distance", "container.temperature", "air.relative_humidity"),
        read=_read,
    ),
)
