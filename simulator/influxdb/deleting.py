"""`/api/v2/delete`: 204 whatever was there; both ends of the span are included."""

import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from simulator.influxdb import predicates, replies
from simulator.influxdb.accounts import Accounts
from simulator.influxdb.faults import Faults
from simulator.influxdb.replies import Refusal
from simulator.influxdb.signing import signed_in
from smartregion import timestamps


@dataclass(frozen=True, slots=True)
class Deleting:
    """Deletes what a predicate chooses."""

    accounts: Accounts
    faults: Faults

    async def delete(self, request: Request) -> Response:
        """Delete, and say nothing of how much."""
        asked = request.query_params
        await self.faults.pass_by(asked.get("bucket", ""))
        token = signed_in(request, self.accounts)
        body = await _read(request)
        start, stop = _time(body, "start"), _time(body, "stop")
        chosen = predicates.parse(str(body.get("predicate") or ""))
        if not asked.get("org") and not asked.get("orgID"):
            raise Refusal("invalid", "Please provide either orgID or org")
        organisation = self.accounts.organisation(asked.get("org", ""), asked.get("orgID", ""))
        wanted = asked.get("bucketID") or asked.get("bucket", "")
        bucket = self.accounts.bucket(organisation, wanted)
        if bucket is None:
            raise Refusal("not found", f'bucket "{wanted}" not found')
        if not token.active or not token.sees("write", bucket):
            raise Refusal("forbidden", "insufficient permissions to delete")
        bucket.delete([series for series in bucket.series if chosen(series)], start, stop)
        return replies.nothing()


async def _read(request: Request) -> dict[str, object]:
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise Refusal("invalid", f"invalid request; error parsing request json: {error}") from None
    if not isinstance(body, dict):
        raise Refusal("invalid", "invalid request; error parsing request json: an object is wanted")
    return body


def _time(body: dict[str, object], name: str) -> int:
    try:
        return timestamps.parse(str(body.get(name, "")))
    except (ValueError, OverflowError):
        raise Refusal(
            "invalid", f"invalid RFC3339Nano for field {name}, please format your time with RFC3339Nano format"
        ) from None
