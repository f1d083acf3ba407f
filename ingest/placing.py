"""Which point, site and tenant a reading belongs to, and which quantities stay with the device."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smartregion.model import Assignment, Attributes, Reading, Record, Series
from smartregion.quantities import QUANTITIES
from store.registry.protocol import Registry

# What speaks of the device itself stays with it, whichever point it serves.
DEVICE_QUANTITIES = ("device.", "radio.")


@dataclass(frozen=True, slots=True)
class _Slot:
    """From `start` to `until` readings of one kind go to one series."""

    start: int
    until: int | None
    series: Series


class Placer:
    """Finds the series of readings; remembers what it found until the registry changes."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._version = registry.version
        self._slots: dict[str, dict[tuple[str, Attributes], list[_Slot]]] = {}

    def place(
        self, device: str, readings: Sequence[Reading], received_at: int, moduli: Mapping[str, float]
    ) -> list[Record]:
        """The readings of one frame as records of their series."""
        if self._version != self._registry.version:
            self._version = self._registry.version
            self._slots.clear()
        own = self._slots.get(device)
        if own is None:
            own = self._slots[device] = {}
        records: list[Record] = []
        for quantity, value, attributes, stated in readings:
            time = received_at if stated is None else stated
            slots = own.get((quantity, attributes))
            if slots is None:
                slots = own[quantity, attributes] = self._find(device, quantity, attributes, moduli.get(quantity))
            records.append(Record(_in_force(slots, time), time, value))
        return records

    def _find(self, device: str, quantity: str, attributes: Attributes, modulus: float | None) -> list[_Slot]:
        """The assignments that select the quantity, the more particular first; the device's own point comes last."""
        chosen: list[Assignment] = []
        if not quantity.startswith(DEVICE_QUANTITIES):
            chosen = [each for each in self._registry.assignments(device) if each.selects(quantity, attributes)]
            chosen.sort(key=lambda each: bool(each.quantities) + len(each.attributes), reverse=True)
        slots = [
            _Slot(each.start, each.until, self._series(each.point, device, quantity, attributes, modulus))
            for each in chosen
        ]
        own = self._registry.own_point(device) or device
        return [*slots, _Slot(0, None, self._series(own, device, quantity, attributes, modulus))]

    def _series(self, point: str, device: str, quantity: str, attributes: Attributes, modulus: float | None) -> Series:
        found = self._registry.point(point)
        domain = (found.domain if found else "") or QUANTITIES[quantity].domains[0]
        return Series(
            point=point,
            device=device,
            quantity=quantity,
            attributes=attributes,
            tenant=found.tenant if found else "",
            site=found.site if found else "",
            domain=domain,
            modulus=modulus,
        )


def _in_force(slots: Sequence[_Slot], time: int) -> Series:
    """The series of the first slot that covers the time; the last is the device's own and covers all."""
    for slot in slots:
        if slot.start <= time and (slot.until is None or time < slot.until):
            return slot.series
    return slots[-1].series
