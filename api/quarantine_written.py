"""How the API writes what the quarantine holds."""

from api import quarantine_shapes as shapes
from api.desk import Desk
from queries.quarantine import Kept, QuarantineProgress
from store.journal.quarantine import Alike, Discards


def work(found: QuarantineProgress) -> shapes.QuarantineWork:
    """How far an order has come."""
    return shapes.QuarantineWork(
        act=found.order.act,
        reason=found.order.reason,
        state=found.state,
        why=found.why,
        total=found.total,
        done=found.done,
        stored=found.stored,
        ignored=found.ignored,
        stayed=found.stayed,
        held=found.held,
        discarded=found.discarded,
    )


def group(desk: Desk, each: Alike) -> shapes.QuarantineGroup:
    """Messages that are alike."""
    return shapes.QuarantineGroup(
        id=each.id,
        application=each.application,
        cause=each.cause,
        words=each.words,
        messages=each.messages,
        first=desk.stamps.text(each.first),
        last=desk.stamps.text(each.last),
        example=each.example.hex(),
    )


def message(desk: Desk, each: Kept) -> shapes.QuarantinedMessage:
    """One message."""
    device, payload = each.told.device_id, each.told.payload
    return shapes.QuarantinedMessage(
        key=each.key.hex(),
        application=each.application,
        device=f"{each.application}.{device}" if device else None,
        time=desk.stamps.maybe(each.time),
        day=each.day.isoformat(),
        cause=each.cause,
        detail=each.detail,
        group=each.alike,
        decoder=each.decoder,
        source=each.source,
        topic=each.topic,
        arrived_at=desk.stamps.text(each.arrived_at),
        f_port=each.told.f_port,
        payload_hex=None if payload is None else payload.hex(),
    )


def discards(desk: Desk, each: Discards) -> shapes.QuarantineDiscards:
    """Messages that were discarded together."""
    return shapes.QuarantineDiscards(
        at=desk.stamps.text(each.at),
        reason=each.reason,
        application=each.application,
        cause=each.cause,
        messages=each.messages,
    )
