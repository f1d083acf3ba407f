"""Tables of gaps and of what explains them. No foreign keys: what is in them may be forgotten at will."""

from sqlalchemy import BigInteger, Column, Integer, Table, Text, text

from store.registry.tables import METADATA

GAPS = Table(
    "gaps",
    METADATA,
    Column("device", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("application", Text, nullable=False),
    Column("until", BigInteger),
    Column("missing", Integer, nullable=False),
    Column("repaired", Integer, nullable=False, server_default=text("0")),
    Column("cause", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("parts", Integer, nullable=False, server_default=text("1")),
    Column("found", BigInteger, nullable=False),
)

HEARD = Table(
    "heard",
    METADATA,
    Column("device", Text, primary_key=True),
    Column("floor", BigInteger, nullable=False),
    Column("runs", Text, nullable=False),
)

OUTAGES = Table(
    "outages",
    METADATA,
    Column("application", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("until", BigInteger),
)

MARKS = Table(
    "marks",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

FETCHES = Table(
    "fetches",
    METADATA,
    Column("application", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("until", BigInteger, primary_key=True, autoincrement=False),
    Column("reached", BigInteger, nullable=False),
    Column("fetched", Integer, nullable=False),
    Column("asked", BigInteger, nullable=False),
)
