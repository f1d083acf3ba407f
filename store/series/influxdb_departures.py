"""Which series left a tenant, until the totals of both tenants are summed up again. As with dirty hours the file holds
that it is so, and memory since when."""

from collections.abc import Iterable

from store.series.influxdb_file import CatalogueFile, Departure


class Departures:
    """Not for several threads at once."""

    def __init__(self, file: CatalogueFile, first_mark: int) -> None:
        """Begin with what the file holds. Raises Unavailable."""
        self._file = file
        self._mark = first_mark
        self._marks: dict[Departure, int] = dict.fromkeys(file.departures(), first_mark)
        self.fresh: list[Departure] = []
        """Not yet in the file."""

    def note(self, departure: Departure) -> None:
        """A series leaves a tenant."""
        self._mark += 1
        self._marks[departure] = self._mark
        self.fresh.append(departure)

    def saved(self) -> None:
        """What was fresh is in the file."""
        self.fresh = []

    def all(self) -> list[tuple[Departure, int]]:
        """Each with its mark."""
        return list(self._marks.items())

    def settle(self, several: Iterable[tuple[Departure, int]]) -> None:
        """Forget those, unless they happened again since. Raises Unavailable."""
        done = [departure for departure, mark in several if self._marks.get(departure, mark + 1) <= mark]
        self._file.settle(done)
        for departure in done:
            del self._marks[departure]
