"""Tables of alarms, and of whom they were told."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Integer, Table, Text

from store.registry.tables import METADATA

ALARMS = Table(
    "alarms",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("begin", BigInteger, nullable=False),
    Column("end", BigInteger, index=True),
    Column("value", Float(53)),
)

NOTICES = Table(
    "notices",
    METADATA,
    Column("alarm", Integer, ForeignKey("alarms.id"), primary_key=True),
    Column("event", Text, primary_key=True),
    Column("receiver", Text, primary_key=True),
    Column("noted", BigInteger, nullable=False),
    Column("sent", BigInteger),
)
