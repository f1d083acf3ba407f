"""Milesight sensors: items of `channel, type, data`, little-endian, on port 85.

Layouts: user guides of the devices, section "uplink packet"; the vendor's public collection SensorDecoders. Its prose
and its code disagree in places, so what counts here is the vectors.

Threshold alarms repeat a value with a flag; the value is a reading, the flag follows from a setting and is not. Items
20 CE and 21 CE are what the device kept while it was out of reach, with their own times.
"""

from typing import Final

from decoders import (
    milesight_air,
    milesight_counting,
    milesight_energy,
    milesight_levels,
    milesight_rooms,
    milesight_tracking,
    milesight_water,
)

DECODERS: Final = (
    *milesight_levels.DECODERS,
    *milesight_water.DECODERS,
    *milesight_air.DECODERS,
    *milesight_rooms.DECODERS,
    *milesight_energy.DECODERS,
    *milesight_counting.DECODERS,
    *milesight_tracking.DECODERS,
)
