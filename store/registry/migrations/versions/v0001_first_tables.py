"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _place() -> tuple[sa.Column[float], sa.Column[float], sa.Column[float]]:
    return (
        sa.Column("latitude", sa.Float(53)),
        sa.Column("longitude", sa.Float(53)),
        sa.Column("altitude", sa.Float(53)),
    )


def _link(table: str, column: str, to: str, key: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.{key}"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade() -> None:
    """To this revision."""
    _tenants_and_applications()
    _sites_and_points()
    _devices()
    _assignments()
    _latest()


def _tenants_and_applications() -> None:
    op.create_table(
        "tenants",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("ags", sa.Text, nullable=False, server_default=sa.text("''")),
        *_place(),
        sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tenants")),
    )
    op.create_table(
        "applications",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("complete_until", sa.BigInteger),
        _link("applications", "tenant", "tenants", "key"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_applications")),
    )


def _sites_and_points() -> None:
    op.create_table(
        "sites",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        *_place(),
        _link("sites", "tenant", "tenants", "key"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
    )
    op.create_table(
        "points",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("site", sa.Text),
        sa.Column("domain", sa.Text, nullable=False, server_default=sa.text("''")),
        *_place(),
        sa.Column("place_by_person", sa.Boolean, nullable=False, server_default=sa.false()),
        _link("points", "tenant", "tenants", "key"),
        _link("points", "site", "sites", "id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points")),
    )


def _devices() -> None:
    op.create_table(
        "devices",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("application", sa.Text, nullable=False),
        sa.Column("device_id", sa.Text, nullable=False),
        sa.Column("own_point", sa.Text, nullable=False),
        sa.Column("dev_eui", sa.Text),
        sa.Column("brand", sa.Text),
        sa.Column("model", sa.Text),
        sa.Column("firmware", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("hardware", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("profile_by_person", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("first_seen", sa.BigInteger),
        sa.Column("last_seen", sa.BigInteger),
        _link("devices", "application", "applications", "name"),
        _link("devices", "own_point", "points", "id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
    )
    op.create_table(
        "intervals",
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.CheckConstraint("seconds > 0", name=op.f("ck_intervals_positive")),
        _link("intervals", "device", "devices", "id"),
        sa.PrimaryKeyConstraint("device", "source", "start", name=op.f("pk_intervals")),
    )


def _assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("point", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("quantities", sa.JSON, nullable=False),
        sa.Column("attributes", sa.JSON, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.CheckConstraint('"until" IS NULL OR "until" > "start"', name=op.f("ck_assignments_ends_after_start")),
        _link("assignments", "device", "devices", "id"),
        _link("assignments", "point", "points", "id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_device"), "assignments", ["device"])
    op.create_index(op.f("ix_assignments_point"), "assignments", ["point"])


def _latest() -> None:
    op.create_table(
        "latest",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("point", "device", "quantity", "attributes")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("tenant", "site", "domain")),
        sa.Column("modulus", sa.Float(53)),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("value", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("point", "device", "quantity", "attributes", name=op.f("pk_latest")),
    )


def downgrade() -> None:
    """Back to an empty database."""
    for table in ("latest", "assignments", "intervals", "devices", "points", "sites", "applications", "tenants"):
        op.drop_table(table)
