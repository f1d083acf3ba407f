"""The quarantine: what is in it and why. Retrying and discarding go over the service's own socket only."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api import quarantine_shapes as shapes
from api import quarantine_written as written
from api.admin import Body
from api.answers import JSON, answer, as_json
from api.asking import Asked as Nothing
from api.asking import Formatted, Paged, decode, encode
from api.desk import Desk, described
from api.guard import ADMIN
from api.problems import Refusal, missing, wrong
from queries.quarantine import Act, QuarantineOrder, QuarantineProgress
from smartregion.errors import Misconfigured
from store.journal.quarantine import ANY, Sought

Words = Annotated[str, Field(description="In what was said, in the topic, or in the message itself.", max_length=200)]
LISTING = "/v1/quarantine"


class Tending(Protocol):
    """What retries and discards."""

    def start(self, order: QuarantineOrder) -> None:
        """Begin an order. Raises Misconfigured while another one is under way, Unavailable."""
        ...

    def progress(self) -> QuarantineProgress | None:
        """How the last order stands; None when there was none."""
        ...

    def stop(self) -> None:
        """End the order."""
        ...


class GroupsAsked(Paged):
    """Which groups."""

    application: str = ""
    cause: str = ""
    words: Words = ""


class MessagesAsked(GroupsAsked):
    """Which messages."""

    group: str = ""


class DiscardsAsked(Formatted):
    """How many."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class RetryBody(Body):
    """Which messages in quarantine: these keys, or those that fit all the rest."""

    keys: Annotated[
        tuple[str, ...], Field(max_length=10_000, examples=[["98bca1c6d9ac5a008f1e2d3cb4a5968778695a4b"]])
    ] = ()
    group: Annotated[str, Field(examples=["0d4f2a9be317"])] = ""
    application: Annotated[str, Field(examples=["county-water"])] = ""
    cause: Annotated[str, Field(examples=["decoder failed"])] = ""
    words: Words = ""
    all: Annotated[bool, Field(description="Needed to mean all that is in quarantine.")] = False


class DiscardBody(RetryBody):
    """The same, and why."""

    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["a device of the installer, not ours"])]


def router(desk: Desk, tending: Tending | None) -> APIRouter:
    """The routes; without `tending` only those that look."""
    routes = APIRouter()
    _add_lists(routes, desk)
    _add_message(routes, desk)
    if tending is not None:
        _add_work(routes, desk, tending)
    return routes


def _add_lists(routes: APIRouter, desk: Desk) -> None:
    quarantine = desk.queries.quarantine
    pages = described(shapes.QuarantinePage, 503)
    groups = described(shapes.QuarantineGroupPage, 503)
    discards = described(shapes.QuarantineDiscardsPage, 503)

    @routes.get(LISTING, response_model=shapes.QuarantinePage, responses=pages, tags=["ledger"])
    def list_quarantine(request: Request, asked: Annotated[MessagesAsked, Query()]) -> Response:
        """Messages in quarantine: kept whole, with the cause."""
        (after,) = decode(asked.cursor, str) or ("",)
        sought = Sought(asked.application, asked.cause, asked.group, asked.words)
        found = quarantine.messages(sought, asked.limit + 1, _cursor_key(str(after)))
        items = [written.message(desk, each) for each in found[: asked.limit]]
        following = encode(items[-1].key) if len(found) > asked.limit else None
        return answer(request, asked.format, shapes.QuarantinePage(items=items, next=following))

    @routes.get(f"{LISTING}/groups", response_model=shapes.QuarantineGroupPage, responses=groups, tags=["ledger"])
    def list_groups(request: Request, asked: Annotated[GroupsAsked, Query()]) -> Response:
        """What is in quarantine, messages that are alike as one: application, cause, words, how many, since when."""
        last, name = decode(asked.cursor, int, str) or (None, "")
        rows = quarantine.alike(Sought(asked.application, asked.cause, words=asked.words))
        found = [each for each in rows if last is None or (-each.last, each.id) > (-int(str(last)), str(name))]
        items = [written.group(desk, each) for each in found[: asked.limit]]
        more = found[asked.limit - 1] if len(found) > asked.limit else None
        following = encode(more.last, more.id) if more else None
        return answer(request, asked.format, shapes.QuarantineGroupPage(items=items, next=following))

    @routes.get(
        f"{LISTING}/discards", response_model=shapes.QuarantineDiscardsPage, responses=discards, tags=["ledger"]
    )
    def list_discards(request: Request, asked: Annotated[DiscardsAsked, Query()]) -> Response:
        """What was discarded, when and why."""
        items = [written.discards(desk, each) for each in quarantine.discards(asked.limit)]
        return answer(request, asked.format, shapes.QuarantineDiscardsPage(items=items))


def _add_message(routes: APIRouter, desk: Desk) -> None:
    quarantine = desk.queries.quarantine
    answers = described(shapes.QuarantinedDetail, 404, 503)

    @routes.get(f"{LISTING}/{{key}}", response_model=shapes.QuarantinedDetail, responses=answers, tags=["ledger"])
    def get_message(key: str, _asked: Annotated[Nothing, Query()]) -> Response:
        """One message in quarantine: its bytes, what the decoder said, which one it was."""
        known = _bytes(key)
        found = quarantine.message(known) if known else None
        if found is not None:
            told = written.message(desk, found).model_dump()
            return as_json(shapes.QuarantinedDetail(**told, text=found.told.text))
        gone = quarantine.discarded(known) if known else None
        if gone is not None:
            raise Refusal(404, f"{key} was discarded on {desk.stamps.text(gone.at)}: {gone.reason}")
        raise missing("message in quarantine", key[:60], LISTING)


def _add_work(routes: APIRouter, desk: Desk, tending: Tending) -> None:
    prefix = f"{ADMIN}/quarantine"
    begun = described(shapes.QuarantineWork, 403, 503, status=202)

    def start(act: Act, body: RetryBody, reason: str = "") -> Response:
        keys, sought = _chosen(body)
        now = desk.queries.clock.now()
        tending.start(QuarantineOrder(act=act, at=now, keys=keys, sought=sought, reason=reason))
        return Response(_work(tending).model_dump_json(), 202, media_type=JSON)

    @routes.post(
        f"{prefix}/retry", status_code=202, response_model=shapes.QuarantineWork, responses=begun, tags=["admin"]
    )
    def retry_messages(body: RetryBody, _asked: Annotated[Nothing, Query()]) -> Response:
        """Take messages through today's decoders and today's region file again, between the live ones."""
        return start(Act.RETRY, body)

    @routes.post(
        f"{prefix}/discard", status_code=202, response_model=shapes.QuarantineWork, responses=begun, tags=["admin"]
    )
    def discard_messages(body: DiscardBody, _asked: Annotated[Nothing, Query()]) -> Response:
        """Ignore messages for good; the reason is kept."""
        return start(Act.DISCARD, body, body.reason)

    _add_progress(routes, prefix, tending)


def _add_progress(routes: APIRouter, prefix: str, tending: Tending) -> None:
    answers = described(shapes.QuarantineWork, 403, 404)

    @routes.get(prefix, response_model=shapes.QuarantineWork, responses=answers, tags=["admin"])
    def show_work(_asked: Annotated[Nothing, Query()]) -> Response:
        """How far the last retry or discard has come."""
        return as_json(_work(tending))

    @routes.post(f"{prefix}/stop", response_model=shapes.QuarantineWork, responses=answers, tags=["admin"])
    def stop_work(_asked: Annotated[Nothing, Query()]) -> Response:
        """End it after the slice in hand; what is done is done."""
        tending.stop()
        return as_json(_work(tending))


def _chosen(body: RetryBody) -> tuple[tuple[bytes, ...], Sought]:
    """Keys, or what is sought. Raises Refusal, Misconfigured."""
    sought = Sought(body.application, body.cause, body.group, body.words)
    if body.keys and (sought != ANY or body.all):
        raise Misconfigured("keys name the messages already; leave out group, application, cause, words and all")
    if not body.keys and sought == ANY and not body.all:
        raise Misconfigured("say which messages: keys, group, cause, application or words; or all, to mean all of them")
    keys = [_bytes(key) for key in body.keys]
    wrong_ones = [text for text, key in zip(body.keys, keys, strict=True) if key is None]
    if wrong_ones:
        raise wrong("body field 'keys'", f"has {wrong_ones[0][:60]!r}, which is no key; {LISTING} lists them")
    return tuple(key for key in keys if key is not None), sought


def _bytes(key: str) -> bytes | None:
    try:
        return bytes.fromhex(key)
    except ValueError:
        return None


def _cursor_key(text: str) -> bytes:
    found = _bytes(text)
    if found is None:
        raise wrong("query parameter 'cursor'", "is not one that this list gave; leave it out to begin at the start")
    return found


def _work(tending: Tending) -> shapes.QuarantineWork:
    found = tending.progress()
    if found is None:
        raise Refusal(404, "Nothing was retried or discarded since the service started.")
    return written.work(found)
