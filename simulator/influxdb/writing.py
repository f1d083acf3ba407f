"""`/api/v2/write` and `/write`: each refusal in the order and words of the real server."""

import zlib
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from simulator.influxdb import lines, replies
from simulator.influxdb.accounts import Accounts, Token
from simulator.influxdb.buckets import Bucket, PartialWrite
from simulator.influxdb.faults import Faults
from simulator.influxdb.replies import Refusal
from simulator.influxdb.signing import signed_in, signed_in_as_before
from smartregion.clock import Clock

_GZIP = 31  # zlib's number for "with a gzip header"
_BEFORE = {"Vary": "Accept-Encoding"}
_INACTIVE = "insufficient permissions for write: token is inactive"
_NOT_ALLOWED = "insufficient permissions for write"
_BAD_PRECISION = "invalid precision; valid precision units are ns, us, ms, and s"


@dataclass(frozen=True, slots=True)
class Writing:
    """Takes batches of lines."""

    accounts: Accounts
    faults: Faults
    clock: Clock

    async def write(self, request: Request) -> Response:
        """The path of 2.x: token, precision, organisation, bucket, right, lines."""
        asked = request.query_params
        await self.faults.pass_by(asked.get("bucket", ""))
        token = signed_in(request, self.accounts)
        precision = asked.get("precision") or "ns"
        if precision not in lines.PRECISIONS:
            raise Refusal("invalid", _BAD_PRECISION)
        if not asked.get("bucket"):
            raise Refusal("not found", "bucket not found")
        body = await _body(request)
        bucket = self._bucket(asked.get("org", ""), asked.get("orgID", ""), asked["bucket"])
        self._allow(token, bucket)
        return self._store(bucket, body, precision)

    async def write_as_before(self, request: Request) -> Response:
        """The older path, as Telegraf and 1.x use it. A precision it does not know is nanoseconds."""
        asked = request.query_params
        await self.faults.pass_by(asked.get("db", ""))
        token = signed_in_as_before(request, self.accounts, dict(asked))
        if not asked.get("db"):
            raise Refusal("invalid", "missing db", _BEFORE)
        body = await _body(request)
        known = self.accounts.by_database(asked["db"], asked.get("rp", ""))
        seen = [each for each in known if token.sees("read", each) or token.sees("write", each)]
        if not seen:
            raise Refusal("not found", "no dbrp mapping found", _BEFORE)
        self._allow(token, seen[0])
        precision = asked.get("precision", "")
        return self._store(seen[0], body, precision if precision in lines.PRECISIONS else "ns")

    def _bucket(self, org: str, org_id: str, wanted: str) -> Bucket:
        if not org and not org_id:
            raise Refusal("invalid", "Please provide either orgID or org")
        found = self.accounts.bucket(self.accounts.organisation(org, org_id), wanted)
        if found is None:
            raise Refusal("not found", f'bucket "{wanted}" not found')
        return found

    def _allow(self, token: Token, bucket: Bucket) -> None:
        if not token.active:
            raise Refusal("forbidden", _INACTIVE)
        if not token.sees("write", bucket):
            raise Refusal("forbidden", _NOT_ALLOWED)

    def _store(self, bucket: Bucket, body: bytes, precision: str) -> Response:
        now = self.clock.now()
        try:
            points = lines.parse(body, precision, now)
        except lines.Unparsable as error:
            raise Refusal("invalid", str(error)) from None
        full = self.faults.disk_words(bucket) if points else ""
        try:
            bucket.write(points, now, self.faults.changes)
        except PartialWrite as error:
            self._note(bucket, str(error), now)
            raise Refusal("internal error" if full else "unprocessable entity", full or str(error)) from None
        if full:
            raise Refusal("internal error", full)
        return replies.nothing()

    def _note(self, bucket: Bucket, words: str, now: int) -> None:
        """The server keeps a note of each write that its engine refused."""
        organisation = self.accounts.organisations[bucket.org_id]
        notes = self.accounts.bucket(organisation, "_monitoring")
        if notes is not None:
            text = words.replace("\\", "\\\\").replace('"', '\\"')
            line = f'write_errors error="{text}" {now}'.encode("utf-8", "surrogateescape")
            notes.write(lines.parse(line, "ns", now), now)


async def _body(request: Request) -> bytes:
    body = await request.body()
    return _unzip(body) if request.headers.get("content-encoding") == "gzip" else body


def _unzip(body: bytes) -> bytes:
    reader = zlib.decompressobj(_GZIP)
    if body[:3] != b"\x1f\x8b\x08":
        raise Refusal("internal error", replies.INTERNAL)
    try:
        plain = reader.decompress(body)
    except zlib.error as error:
        if "check" in str(error):
            raise Refusal("invalid", "unable to read data: gzip: invalid checksum") from None
        raise Refusal("internal error", replies.INTERNAL) from None
    if not reader.eof:
        raise Refusal("internal error", "unable to read data: unexpected EOF")
    return plain
