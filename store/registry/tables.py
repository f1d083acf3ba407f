"""The registry's tables. Times are nanoseconds since 1970, UTC; types are those that SQLite and PostgreSQL share."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    false,
    text,
    true,
)

# Names for every constraint, or a later migration could not change them.
METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _place() -> tuple[Column[float], Column[float], Column[float]]:
    return (Column("latitude", Float(53)), Column("longitude", Float(53)), Column("altitude", Float(53)))


TENANTS = Table(
    "tenants",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("ags", Text, nullable=False, server_default=text("''")),
    *_place(),
    Column("active", Boolean, nullable=False, server_default=true()),
)

APPLICATIONS = Table(
    "applications",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("tenant", Text, ForeignKey("tenants.key"), nullable=False),
    Column("domain", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("complete_until", BigInteger),
)

SITES = Table(
    "sites",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, ForeignKey("tenants.key"), nullable=False),
    Column("name", Text, nullable=False),
    *_place(),
)

POINTS = Table(
    "points",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, ForeignKey("tenants.key"), nullable=False),
    Column("name", Text, nullable=False),
    Column("site", Text, ForeignKey("sites.id")),
    Column("domain", Text, nullable=False, server_default=text("''")),
    *_place(),
    Column("place_by_person", Boolean, nullable=False, server_default=false()),
)

DEVICES = Table(
    "devices",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("application", Text, ForeignKey("applications.name"), nullable=False),
    Column("device_id", Text, nullable=False),
    Column("own_point", Text, ForeignKey("points.id"), nullable=False),
    Column("dev_eui", Text),
    Column("brand", Text),
    Column("model", Text),
    Column("firmware", Text, nullable=False, server_default=text("''")),
    Column("hardware", Text, nullable=False, server_default=text("''")),
    Column("profile_by_person", Boolean, nullable=False, server_default=false()),
    Column("first_seen", BigInteger),
    Column("last_seen", BigInteger),
)

ASSIGNMENTS = Table(
    "assignments",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("device", Text, ForeignKey("devices.id"), nullable=False, index=True),
    Column("point", Text, ForeignKey("points.id"), nullable=False, index=True),
    Column("start", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("quantities", JSON, nullable=False),
    Column("attributes", JSON, nullable=False),
    Column("parameters", JSON, nullable=False),
    CheckConstraint('"until" IS NULL OR "until" > "start"', name="ends_after_start"),
)

INTERVALS = Table(
    "intervals",
    METADATA,
    Column("device", Text, ForeignKey("devices.id"), primary_key=True),
    Column("source", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("seconds", Float(53), nullable=False),
    CheckConstraint("seconds > 0", name="positive"),
)

# No foreign keys: a snapshot of what the series store holds, forgotten and made again at will.
LATEST = Table(
    "latest",
    METADATA,
    Column("point", Text, primary_key=True),
    Column("device", Text, primary_key=True),
    Column("quantity", Text, primary_key=True),
    Column("attributes", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("modulus", Float(53)),
    Column("time", BigInteger, nullable=False),
    Column("value", Float(53), nullable=False),
)
