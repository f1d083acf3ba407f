"""`/query`: InfluxQL over HTTP. A statement that fails is told inside a 200, a request that can't be read by a 400."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from simulator.influxdb import grammar, replies, showing
from simulator.influxdb.accounts import Accounts, Token
from simulator.influxdb.answers import CHUNK, CSV, MSGPACK, Answer, Form
from simulator.influxdb.asking import Table, Wrong, select
from simulator.influxdb.buckets import Bucket
from simulator.influxdb.faults import Faults
from simulator.influxdb.signing import signed_in_as_before
from simulator.influxdb.statements import Select, Show, Source, Statement
from simulator.influxdb.words import read_parameters
from smartregion.clock import Clock

_FORM = "application/x-www-form-urlencoded"
_INFLUXQL = "application/vnd.influxql"
# Words no statement of the double's own could be mistaken for: it stands in for a multi-statement request's reason.
_NOT_EXECUTED = "not executed"


@dataclass(frozen=True, slots=True)
class Questions:
    """Answers questions."""

    accounts: Accounts
    faults: Faults
    clock: Clock

    async def ask(self, request: Request) -> Response:
        """GET or POST, the same."""
        asked = await _read(request)
        await self.faults.pass_by(asked.get("db", ""))
        token = signed_in_as_before(request, self.accounts, asked)
        if not asked.get("q", "").strip():
            return replies.render({})
        statements = grammar.parse(asked["q"], read_parameters(asked.get("params", "")))
        answers = self._answers(statements, _Right(self.accounts, token, asked.get("db", ""), asked.get("rp", "")))
        return _form(request, asked).response(answers)

    def _answers(self, statements: list[Statement], right: "_Right") -> list[Answer]:
        answers: list[Answer] = []
        for statement in statements:
            try:
                answers.append(Answer(self._tables(statement, right)))
            except Wrong as error:
                answers.append(Answer(error=str(error) if len(statements) == 1 else _NOT_EXECUTED))
                break
        return answers

    def _tables(self, statement: Statement, right: "_Right") -> list[Table]:
        if isinstance(statement, Select):
            return select(statement, right.bucket, self.clock.now())
        if statement.what == "DATABASES":
            return showing.databases(right.seen())
        return showing.show(statement, right.shown(statement))


@dataclass(frozen=True, slots=True)
class _Right:
    """What a token may read. What it may not is as if it were not there."""

    accounts: Accounts
    token: Token
    database: str
    policy: str

    def seen(self) -> list[Bucket]:
        return [each for each in self.accounts.all_buckets() if self.token.sees("read", each)]

    def bucket(self, source: Source) -> Bucket:
        """Raises Wrong: there is none, or the token may not read it."""
        database = source.database or self.database
        if not database:
            raise Wrong("database name required")
        known = [each for each in self.seen() if each.database[0] == database]
        policy = source.policy or (self.policy if not source.database else "") or "autogen"
        found = next((each for each in known if each.database[1] == policy), None)
        if found is None and known:
            raise Wrong(f"default retention policy not set for: {database}")
        if found is None:
            raise Wrong(f"database not found: {database}")
        return found

    def shown(self, statement: Show) -> Bucket:
        """Raises Wrong, in other words than a SELECT."""
        database = statement.database or self.database
        try:
            return self.bucket(Source("", database=database))
        except Wrong:
            raise Wrong(f"default retention policy not set for: {database}") from None


async def _read(request: Request) -> dict[str, str]:
    """What is asked: of the address, and of a form; a body in JSON is passed over without a word."""
    asked = dict(request.query_params)
    if request.method != "POST":
        return asked
    kind = request.headers.get("content-type", "").partition(";")[0]
    body = (await request.body()).decode("utf-8", "replace")
    if kind == _FORM:
        asked |= dict(parse_qsl(body, keep_blank_values=True))
    elif kind == _INFLUXQL:
        asked["q"] = body
    return asked


def _form(request: Request, asked: dict[str, str]) -> Form:
    accept = request.headers.get("accept", "").partition(",")[0].partition(";")[0]
    known = accept if accept in (MSGPACK, *CSV) else "application/json"
    size = asked.get("chunk_size", "")
    chunk = (int(size) if size.isdigit() and int(size) else CHUNK) if asked.get("chunked") == "true" else 0
    return Form(known, asked.get("epoch") or None, chunk)
