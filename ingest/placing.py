"""Which point, site and tenant a reading belongs to, and which quantities stay with the device.

Where an assignment has parameters (a container's depth, litres a pulse), what follows from them is placed here too, at
the same point and time; see `decoders.derived`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from decoders import derived, parameters
from smartregion.model import Assignment, Attributes, Reading, Record, Series
from smartregion.quantities import QUANTITIES
from store.registry.protocol import Registry

# What speaks of the device itself stays with it, whichever point it serves.
DEVICE_QUANTITIES = ("device.", "radio.")
_new = tuple.__new__


class _Derivation(NamedTuple):
    """What values of one series become."""

    series: Series
    make: Callable[[float], float]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class _Work:
    """What an assignment's parameters do with the values of one series."""

    derivations: tuple[_Derivation, ...]
    mistakes: str
    """Why nothing is derived although there are parameters."""
    rescales: bool
    """Whether a derived value takes the place of the one told."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """From `start` to `until` readings of one kind go to one series."""

    start: int
    until: int | None
    series: Series
    work: _Work | None = None


class Placer:
    """Finds the series of readings; remembers what it found until the registry changes."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._version = registry.version
        self._slots: dict[str, dict[tuple[str, Attributes], list[_Slot]]] = {}

    def place(
        self,
        device: str,
        readings: Sequence[Reading],
        received_at: int,
        moduli: Mapping[str, float],
        warnings: list[str] | None = None,
    ) -> list[Record]:
        """The readings of one frame as records of their series, and what the assignment's parameters make of them.

        `warnings`: gets what could not be derived, and why.
        """
        if self._version != self._registry.version:
            self._version = self._registry.version
            self._slots.clear()
        own = self._slots.get(device)
        if own is None:
            own = self._slots[device] = {}
        records: list[Record] = []
        made: list[Record] = []
        for quantity, value, attributes, stated in readings:
            time = received_at if stated is None else stated
            slots = own.get((quantity, attributes))
            if slots is None:
                slots = own[quantity, attributes] = self._find(device, quantity, attributes, moduli.get(quantity))
            slot = _in_force(slots, time)
            work = slot.work
            if work is not None:
                made += _derive(work, time, value, warnings)
                if work.rescales:
                    continue
            # Half the price of calling Record(…), on the path that every reading takes.
            records.append(_new(Record, (slot.series, time, value)))
        return _joined(records, made) if made else records

    def _find(self, device: str, quantity: str, attributes: Attributes, modulus: float | None) -> list[_Slot]:
        """The assignments that select the quantity, the more particular first; the device's own point comes last."""
        chosen: list[Assignment] = []
        if not quantity.startswith(DEVICE_QUANTITIES):
            chosen = [each for each in self._registry.assignments(device) if each.selects(quantity, attributes)]
            chosen.sort(key=lambda each: bool(each.quantities) + len(each.attributes), reverse=True)
        slots = [self._slot(each, quantity, attributes, modulus) for each in chosen]
        own = self._registry.own_point(device) or device
        return [*slots, _Slot(0, None, self._series(own, device, quantity, attributes, modulus))]

    def _slot(self, assignment: Assignment, quantity: str, attributes: Attributes, modulus: float | None) -> _Slot:
        series = self._series(assignment.point, assignment.device, quantity, attributes, modulus)
        return _Slot(assignment.start, assignment.until, series, self._work(assignment, series))

    def _work(self, assignment: Assignment, source: Series) -> _Work | None:
        mistakes = "; ".join(parameters.mistakes(assignment.parameters))
        if mistakes:
            return _Work((), f"the assignment of {source.device} to {source.point}: {mistakes}", rescales=False)
        found = derived.derivations(source.quantity, source.modulus, assignment.parameters)
        if not found:
            return None
        rescales = any(each.quantity == source.quantity for each in found)
        return _Work(tuple(self._derivation(each, source) for each in found), "", rescales)

    def _derivation(self, derivation: derived.Derivation, source: Series) -> _Derivation:
        quantity = QUANTITIES[derivation.quantity]
        series = self._series(source.point, source.device, quantity.name, source.attributes, derivation.modulus)
        low = -math.inf if quantity.low is None else quantity.low
        high = math.inf if quantity.high is None else quantity.high
        return _Derivation(series, derivation.make, low, high)

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


def _in_force(slots: Sequence[_Slot], time: int) -> _Slot:
    """The first slot that covers the time; the last is the device's own and covers all."""
    for slot in slots:
        if slot.start <= time and (slot.until is None or time < slot.until):
            return slot
    return slots[-1]


def _derive(work: _Work, time: int, value: float, warnings: list[str] | None) -> list[Record]:
    """What follows from one value, as far as it can be true."""
    told = [work.mistakes] if work.mistakes else []
    made = []
    for series, make, low, high in work.derivations:
        found = make(value)
        if low <= found <= high:
            made.append(Record(series, time, found))
        else:
            told.append(f"{series.quantity} {found:g}, worked out of {value:g}, is outside {low:g} to {high:g}")
    if warnings is not None:
        warnings += [each for each in told if each not in warnings]
    return made


def _joined(records: Sequence[Record], made: Sequence[Record]) -> list[Record]:
    """One value for a series and time: what was worked out for the place stands before what the device says."""
    ours = {(each.series, each.time): each for each in made}
    return [*(each for each in records if (each.series, each.time) not in ours), *ours.values()]
