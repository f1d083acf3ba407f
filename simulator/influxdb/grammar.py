"""The part of InfluxQL that the double understands: SELECT over measurements, and the plain SHOW statements.

No subqueries, no arithmetic between fields, no tz() and no INTO: whoever needs those asks a real server.
"""

from typing import Final

from simulator.influxdb.statements import Both, Comparison, Condition, Item, Select, Show, Source, Statement
from simulator.influxdb.words import END, Word, nanoseconds, unreadable, words

_COMPARING: Final = ("=", "!=", "<>", "<", "<=", ">", ">=", "=~", "!~")


def parse(text: str, parameters: dict[str, object]) -> list[Statement]:
    """The statements of a request.

    Raises:
        Refusal: they can't be read.
    """
    statements: list[Statement] = []
    reader = Reader(words(text, parameters))
    while True:
        while reader.take_sign(";"):
            pass
        if reader.next is END:
            return statements
        statements.append(reader.statement())
        if reader.next is not END:
            reader.want_sign(";")


class Reader:
    """Reads words from left to right."""

    def __init__(self, found: list[Word]) -> None:
        self._words = found
        self._at = 0

    @property
    def next(self) -> Word:
        """The word that comes."""
        return self._words[self._at] if self._at < len(self._words) else END

    def statement(self) -> Statement:
        """One statement. Raises Refusal."""
        if self._take_keyword("SELECT"):
            return self._select()
        if self._take_keyword("SHOW"):
            return self._show()
        raise self._unexpected("SELECT, SHOW")

    def take_sign(self, *signs: str) -> str:
        """The sign, if it is one of these."""
        return self._take().text if self.next.is_sign(*signs) else ""

    def want_sign(self, sign: str) -> None:
        """Raises Refusal: another word comes."""
        if not self.take_sign(sign):
            raise self._unexpected(sign)

    def _select(self) -> Select:
        items = [self._item()]
        while self.take_sign(","):
            items.append(self._item())
        self._want_keyword("FROM")
        sources = self._sources()
        where = self._either() if self._take_keyword("WHERE") else None
        tags, window = self._group()
        fill = self._fill()
        descending = self._order()
        return Select(
            items=tuple(items),
            sources=sources,
            where=where,
            tags=tags,
            window=window,
            fill=fill,
            descending=descending,
            limit=self._count("LIMIT"),
            offset=self._count("OFFSET"),
            series_limit=self._count("SLIMIT"),
        )

    def _show(self) -> Show:
        kinds = {"DATABASES": "", "MEASUREMENTS": "", "SERIES": "", "FIELD": "KEYS", "RETENTION": "POLICIES"}
        kinds["TAG"] = "KEYS"
        first = self._take()
        if not first.is_keyword(*kinds):
            raise unreadable(f"found {first.text}, expected {', '.join(kinds)}")
        what = first.text.upper()
        if what == "TAG" and self._take_keyword("VALUES"):
            what = "TAG VALUES"
        elif kinds[what]:
            self._want_keyword(kinds[what])
            what = f"{what} {kinds[what]}"
        database = self._name() if self._take_keyword("ON") else ""
        sources = self._sources() if self._take_keyword("FROM") else ()
        key = ""
        if what == "TAG VALUES":
            self._want_keyword("WITH")
            self._want_keyword("KEY")
            self.want_sign("=")
            key = self._name()
        return Show(what=what, database=database, sources=sources, key=key)

    def _item(self) -> Item:
        if self.take_sign("*"):
            return Item("*")
        name = self._name()
        if self.take_sign("("):
            field = "*" if self.take_sign("*") else self._name()
            self.want_sign(")")
            return Item(field, name.lower(), self._alias())
        if self.take_sign("::"):
            self._name()
        return Item(name, alias=self._alias())

    def _alias(self) -> str:
        return self._name() if self._take_keyword("AS") else ""

    def _sources(self) -> tuple[Source, ...]:
        found = [self._source()]
        while self.take_sign(","):
            found.append(self._source())
        return tuple(found)

    def _source(self) -> Source:
        if self.next.kind == "regex":
            return Source(self._take().text, regex=True)
        parts = [self._name()]
        while self.take_sign("."):
            parts.append("" if self.next.is_sign(".") else self._name())
        if len(parts) > 3:
            raise unreadable("too many segments in " + ".".join(parts))
        database, policy, measurement = ["", "", *parts][-3:]
        return Source(measurement, database=database, policy=policy)

    def _either(self) -> Condition:
        left = self._both()
        while self._take_keyword("OR"):
            left = Both(left, self._both(), either=True)
        return left

    def _both(self) -> Condition:
        left = self._one()
        while self._take_keyword("AND"):
            left = Both(left, self._one(), either=False)
        return left

    def _one(self) -> Condition:
        if self.take_sign("("):
            inside = self._either()
            self.want_sign(")")
            return inside
        name = self._name()
        operator = self.take_sign(*_COMPARING) or self._fail("an operator")
        return Comparison(name, "!=" if operator == "<>" else operator, self._literal())

    def _literal(self) -> Word:
        word = self._take()
        if word.is_sign("-"):
            word = self._take()
            word = word._replace(text=f"-{word.text}")
        if word.is_keyword("NOW"):
            self.want_sign("(")
            self.want_sign(")")
            word = Word("now", "0")
        if word.kind in ("sign", "end", "name"):
            raise unreadable(f"found {word.text}, expected identifier, string, number, bool")
        return self._shifted(word)

    def _shifted(self, word: Word) -> Word:
        """A time with a duration added to it or taken from it."""
        while sign := self.take_sign("+", "-"):
            step = nanoseconds(self._take().text)
            word = word._replace(text=f"{word.text}{sign}{step}") if word.kind == "string" else _add(word, sign, step)
        return word

    def _group(self) -> tuple[tuple[str, ...], int]:
        tags: list[str] = []
        window = 0
        if not self._take_keyword("GROUP"):
            return (), 0
        self._want_keyword("BY")
        while True:
            if self.take_sign("*"):
                tags.append("*")
            elif self.next.is_keyword("TIME"):
                window = self._window()
            else:
                tags.append(self._name())
            if not self.take_sign(","):
                return tuple(tags), window

    def _window(self) -> int:
        self._take()
        self.want_sign("(")
        width = self._take()
        if width.kind != "duration":
            raise unreadable("time dimension must have duration argument")
        self.want_sign(")")
        return nanoseconds(width.text)

    def _fill(self) -> str:
        if not self._take_keyword("FILL"):
            return "null"
        self.want_sign("(")
        how = self._take().text.lower()
        self.want_sign(")")
        return how

    def _order(self) -> bool:
        if not self._take_keyword("ORDER"):
            return False
        self._want_keyword("BY")
        if self._name().lower() != "time":
            raise unreadable("only ORDER BY time supported at this time")
        return bool(self._take_keyword("DESC")) or (bool(self._take_keyword("ASC")) and False)

    def _count(self, keyword: str) -> int:
        if not self._take_keyword(keyword):
            return 0
        word = self._take()
        if word.kind != "integer":
            raise unreadable(f"found {word.text}, expected integer")
        return int(word.text)

    def _name(self) -> str:
        word = self._take()
        if word.kind != "name":
            raise unreadable(f"found {word.text}, expected identifier")
        return word.text

    def _take(self) -> Word:
        word = self.next
        self._at += 1
        return word

    def _take_keyword(self, keyword: str) -> str:
        return self._take().text if self.next.is_keyword(keyword) else ""

    def _want_keyword(self, keyword: str) -> None:
        if not self._take_keyword(keyword):
            raise self._unexpected(keyword)

    def _fail(self, wanted: str) -> str:
        raise self._unexpected(wanted)

    def _unexpected(self, wanted: str) -> Exception:
        return unreadable(f"found {self.next.text}, expected {wanted}")


def _add(word: Word, sign: str, step: int) -> Word:
    number = nanoseconds(word.text) if word.kind == "duration" else int(float(word.text))
    shifted = number + step if sign == "+" else number - step
    return Word("now" if word.kind == "now" else "integer", str(shifted))
