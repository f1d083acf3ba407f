"""Whether two assignments of a device would both claim the same reading. Pure."""

from collections.abc import Iterable

from smartregion.model import Assignment
from smartregion.timestamps import render


def rival(assignment: Assignment, others: Iterable[Assignment]) -> Assignment | None:
    """The first of the others that overlaps in time and selects, just as particularly, some of the same readings."""
    return next((each for each in others if each.id != assignment.id and _clash(assignment, each)), None)


def _clash(one: Assignment, two: Assignment) -> bool:
    together = (one.until is None or two.start < one.until) and (two.until is None or one.start < two.until)
    return together and particularity(one) == particularity(two) and _share(one, two)


def particularity(assignment: Assignment) -> int:
    """Of two assignments that select a reading, the one with the higher figure takes it."""
    return bool(assignment.quantities) + len(assignment.attributes)


def _share(one: Assignment, two: Assignment) -> bool:
    """Whether some reading is selected by both."""
    if one.quantities and two.quantities and not set(one.quantities) & set(two.quantities):
        return False
    first, second = dict(one.attributes), dict(two.attributes)
    return all(first[name] == second[name] for name in first.keys() & second.keys())


def words(assignment: Assignment) -> str:
    """An assignment in words: what goes where, and when."""
    what = ", ".join([*assignment.quantities, *(f"{name}={value}" for name, value in assignment.attributes)])
    until = f"until {render(assignment.until)}" if assignment.until is not None else "on"
    number = f" (no. {assignment.id})" if assignment.id is not None else ""
    return f"{what or 'everything'} to point {assignment.point!r} from {render(assignment.start)} {until}{number}"
