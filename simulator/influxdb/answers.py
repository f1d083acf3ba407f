"""The forms of a reply to a query: JSON, msgpack and CSV; whole or in chunks; times as numbers or as text."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from starlette.responses import Response, StreamingResponse

from simulator.influxdb.asking import Table
from simulator.influxdb.numbers import Value
from simulator.influxdb.replies import HEADERS, dump
from simulator.influxdb.words import UNITS
from smartregion import timestamps
from smartregion.clock import SECOND

Json = dict[str, object]
CHUNK: Final = 10_000
MSGPACK: Final = "application/x-msgpack"
CSV: Final = ("application/csv", "text/csv")
_TIME_CODE: Final = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What one statement came to: tables, or an error inside a 200."""

    tables: Sequence[Table] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """How the client wants it."""

    accept: str = "application/json"
    epoch: str | None = None
    chunk: int = 0
    """Rows a chunk holds; 0: one reply."""

    def response(self, answers: Sequence[Answer]) -> Response:
        """The reply. In CSV errors are swallowed, as the real server does."""
        if self.accept in CSV:
            return Response(_csv(answers), 200, {**HEADERS, "Content-Type": self.accept})
        documents = self._chunks(answers) if self.chunk else iter([self._whole(answers)])
        kind = self.accept if self.accept == MSGPACK else "application/json"
        pieces = (msgspec.msgpack.encode(each) if kind == MSGPACK else dump(each) + b"\n" for each in documents)
        return StreamingResponse(_gather(pieces), 200, {**HEADERS, "Content-Type": kind})

    def _whole(self, answers: Iterable[Answer]) -> Json:
        results = [self._result(number, answer) for number, answer in enumerate(answers)]
        return {"results": results} if results else {}

    def _result(self, number: int, answer: Answer) -> Json:
        if answer.error:
            return {"statement_id": number, "error": answer.error}
        series = [self._series(table, table.rows) for table in answer.tables]
        return {"statement_id": number, "series": series} if series else {"statement_id": number}

    def _chunks(self, answers: Iterable[Answer]) -> Iterator[Json]:
        """One document for each piece of each series; all but the last of a statement are marked."""
        for number, answer in enumerate(answers):
            if answer.error or not answer.tables:
                yield {"results": [self._result(number, answer)]}
                continue
            cut = [(table, at) for table in answer.tables for at in range(0, len(table.rows), self.chunk)]
            for place, (table, at) in enumerate(cut):
                series = self._series(table, table.rows[at : at + self.chunk])
                if at + self.chunk < len(table.rows):
                    series["partial"] = True
                result: Json = {"statement_id": number, "series": [series]}
                if place + 1 < len(cut):
                    result["partial"] = True
                yield {"results": [result]}

    def _series(self, table: Table, rows: Iterable[Sequence[Value | None]]) -> Json:
        named: Json = {"name": table.name} if table.name else {}
        if table.tags is not None:
            named["tags"] = table.tags
        timed = table.columns[:1] == ["time"]
        values = [[self._time(row[0]), *row[1:]] for row in rows] if timed else [list(row) for row in rows]
        return {**named, "columns": table.columns, "values": values}

    def _time(self, time: Value | None) -> object:
        if not isinstance(time, int):
            return time
        if self.epoch is not None:
            return time // UNITS.get(self.epoch, 1) if self.epoch in ("u", "ms", "s", "m", "h") else time
        if self.accept != MSGPACK:
            return timestamps.render(time)
        seconds, rest = divmod(time, SECOND)
        return msgspec.msgpack.Ext(_TIME_CODE, seconds.to_bytes(8, "big", signed=True) + rest.to_bytes(4, "big"))


async def _gather(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def _csv(answers: Iterable[Answer]) -> str:
    blocks = []
    for answer in answers:
        lines: list[str] = []
        for table in answer.tables:
            tags = ",".join(f"{name}={value}" for name, value in (table.tags or {}).items())
            lines += [] if lines else [",".join(["name", "tags", *table.columns])]
            shown = f'"{tags}"' if "," in tags else tags
            lines += [
                ",".join([table.name, shown, *("" if cell is None else str(cell) for cell in row)])
                for row in table.rows
            ]
        blocks += ["\n".join(lines) + "\n"] if lines else []
    return "\n".join(blocks)
