"""The vocabulary, the ledger, and how far back-fills have come."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api import shapes
from api.answers import answer
from api.asking import Formatted, Paged, decode, encode
from api.desk import Desk, described
from api.problems import wrong
from smartregion.quantities import QUANTITIES, Quantity

Day = Annotated[str, Field(description="YYYY-MM-DD, itself included.", examples=["2026-11-22"])]


class QuantitiesAsked(Formatted):
    """Which quantities."""

    domain: str = ""


class LedgerAsked(Paged):
    """Which rows of the ledger."""

    application: str = ""
    start: Annotated[Day, Field(alias="from")] = ""
    end: Annotated[Day, Field(alias="to")] = ""


class CausesAsked(Formatted):
    """Causes of which days."""

    application: str = ""
    start: Annotated[Day, Field(alias="from")] = ""
    end: Annotated[Day, Field(alias="to")] = ""


def router(desk: Desk) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1")
    _add_vocabulary(routes)
    _add_ledger(routes, desk)
    _add_backfill(routes, desk)
    return routes


def _add_vocabulary(routes: APIRouter) -> None:
    responses = described(shapes.QuantityPage)

    @routes.get("/quantities", response_model=shapes.QuantityPage, responses=responses, tags=["readings"])
    def list_quantities(request: Request, asked: Annotated[QuantitiesAsked, Query()]) -> Response:
        """The vocabulary: every quantity a reading may have."""
        items = [_quantity(each) for each in QUANTITIES.values() if asked.domain in ("", *each.domains)]
        return answer(request, asked.format, shapes.QuantityPage(items=items))


def _quantity(each: Quantity) -> shapes.Quantity:
    return shapes.Quantity(
        name=each.name,
        unit=each.unit,
        kind=each.kind,
        domains=list(each.domains),
        low=each.low,
        high=each.high,
        additive=each.additive,
        label_de=each.label_de,
        label_en=each.label_en,
        symbol=each.symbol,
        display_factor=each.display_factor,
        obis=each.obis,
    )


def _add_ledger(routes: APIRouter, desk: Desk) -> None:
    ledger = desk.queries.ledger

    @routes.get(
        "/ledger", response_model=shapes.LedgerPage, responses=described(shapes.LedgerPage, 503), tags=["ledger"]
    )
    def list_ledger(request: Request, asked: Annotated[LedgerAsked, Query()]) -> Response:
        """What became of every message: received = stored + ignored + quarantined + queued + duplicate."""
        after = decode(asked.cursor, str, str)
        rows = ledger.rows(day(asked.start, "from"), day(asked.end, "to"), asked.application)
        seen = tuple(map(str, after or ()))
        found = [row for row in rows if (row.application, row.day.isoformat()) > seen]
        items = [shapes.LedgerRow(**{**row._asdict(), "day": row.day.isoformat()}) for row in found[: asked.limit]]
        following = encode(items[-1].application, items[-1].day) if len(found) > asked.limit else None
        return answer(request, asked.format, shapes.LedgerPage(items=items, next=following))

    @routes.get(
        "/ledger/causes", response_model=shapes.CausePage, responses=described(shapes.CausePage, 503), tags=["ledger"]
    )
    def list_causes(request: Request, asked: Annotated[CausesAsked, Query()]) -> Response:
        """Why messages are ignored or quarantined, and how many."""
        found = ledger.causes(day(asked.start, "from"), day(asked.end, "to"))
        items = [
            shapes.CauseRow(application=application, state=state, cause=cause, messages=count)
            for (application, state, cause), count in sorted(found.items())
            if asked.application in ("", application)
        ]
        return answer(request, asked.format, shapes.CausePage(items=items))


def day(text: str, where: str) -> date | None:
    """A calendar day, None for nothing. Raises Refusal."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise wrong(f"query parameter {where!r}", f"is {text[:40]!r}; write a date such as 2026-11-22") from error


def _add_backfill(routes: APIRouter, desk: Desk) -> None:
    queries, stamps = desk.queries, desk.stamps

    @routes.get(
        "/backfill", response_model=shapes.BackfillPage, responses=described(shapes.BackfillPage), tags=["ledger"]
    )
    def list_backfill(request: Request, asked: Annotated[Formatted, Query()]) -> Response:
        """How far the back-fill of each application has come."""
        items = [
            shapes.Backfill(
                application=each.application,
                state=each.state,
                done=each.done,
                total=each.total,
                start=stamps.maybe(each.start or None),
                until=stamps.maybe(each.until or None),
                complete_until=stamps.maybe(queries.registry.complete_until(each.application)),
            )
            for each in queries.progress()
        ]
        return answer(request, asked.format, shapes.BackfillPage(items=items))
