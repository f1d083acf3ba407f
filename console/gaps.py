"""Gaps: which frames are missing, why, and what was repaired."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, TypeVar
from urllib.parse import urlencode

from queries.bundle import Queries
from smartregion.gaps import Gap, GapCause, GapCount, GapState, Sought

PAGE: Final = 100
STATES: Final[Mapping[GapState, tuple[str, str]]] = {
    GapState.OPEN: ("gaps.open", "warn"),
    GapState.REPAIRED: ("gaps.repaired", "good"),
    GapState.LOST: ("gaps.lost", "bad"),
    GapState.OUTSIDE: ("gaps.outside", "bad"),
    GapState.OVER: ("gaps.over", ""),
}
"""The words of a state, and its colour."""
CAUSES: Final[Mapping[GapCause, str]] = {
    GapCause.DOWN: "gaps.down",
    GapCause.CUT: "gaps.cut",
    GapCause.RADIO: "gaps.radio",
    GapCause.SILENT: "gaps.silent",
    GapCause.UNKNOWN: "gaps.unknown",
}
Choice = TypeVar("Choice", GapState, GapCause)


@dataclass(frozen=True, slots=True)
class GapRow:
    """One gap, and where its device is looked at."""

    gap: Gap
    point: str

    @property
    def share(self) -> float | None:
        """How much of it has come; None where nothing was missing."""
        return self.gap.repaired / self.gap.missing if self.gap.missing else None


@dataclass(frozen=True, slots=True)
class GapsPage:
    """A page of the table of gaps."""

    sought: Sought
    rows: tuple[GapRow, ...]
    totals: tuple[tuple[GapState, int, int, int], ...]
    """State, gaps, frames missing and frames repaired, of all that fit the filter but for the state."""
    total: int
    """Gaps at all."""
    following: str
    """The address of the next page; empty on the last one."""
    applications: tuple[str, ...]
    states: ClassVar[Mapping[GapState, tuple[str, str]]] = STATES
    causes: ClassVar[Mapping[GapCause, str]] = CAUSES


def gaps_page(asked: Mapping[str, str], queries: Queries) -> GapsPage:
    """The gaps that fit what was asked, the newest first. Raises Unavailable."""
    application, device, after = (asked.get(name, "").strip()[:200] for name in ("application", "device", "after"))
    state, cause = _choice(GapState, asked.get("state", "")), _choice(GapCause, asked.get("cause", ""))
    sought = Sought(application, device, (state,) if state else (), cause)
    found = queries.gaps.page(sought, PAGE + 1, _position(after))
    shown = found[:PAGE]
    everything = queries.gaps.counts(Sought())
    return GapsPage(
        sought,
        tuple(GapRow(gap, _point(gap, queries)) for gap in shown),
        _totals(queries.gaps.counts(sought._replace(states=()))),
        sum(each.gaps for each in everything),
        _following(sought, shown[-1]) if len(found) > PAGE else "",
        tuple(each.label for each in queries.region.applications),
    )


def _choice(kind: type[Choice], text: str) -> Choice | None:
    try:
        return kind(text)
    except ValueError:
        return None


def _position(text: str) -> tuple[int, str] | None:
    start, _, device = text.partition("~")
    return (int(start), device) if start.removeprefix("-").isdecimal() and device else None


def _following(sought: Sought, last: Gap) -> str:
    asked = {
        "application": sought.application,
        "device": sought.device,
        "state": sought.states[0].value if sought.states else "",
        "cause": sought.cause.value if sought.cause else "",
        "after": f"{last.start}~{last.device}",
    }
    return f"/gaps?{urlencode({name: value for name, value in asked.items() if value})}"


def _totals(counts: list[GapCount]) -> tuple[tuple[GapState, int, int, int], ...]:
    gaps, missing, repaired = Counter[GapState](), Counter[GapState](), Counter[GapState]()
    for each in counts:
        gaps[each.state] += each.gaps
        missing[each.state] += each.missing
        repaired[each.state] += each.repaired
    return tuple((state, gaps[state], missing[state], repaired[state]) for state in STATES if gaps[state])


def _point(gap: Gap, queries: Queries) -> str:
    """The point that the device served when the gap began, else its own; empty where the device is not known."""
    served = (each.point for each in queries.registry.assignments(gap.device) if each.covers(gap.start))
    return next(served, "") or queries.registry.own_point(gap.device) or ""
