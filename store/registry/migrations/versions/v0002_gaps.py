"""Gaps, what explains them, and back-fills asked by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """To this revision."""
    _gaps()
    op.create_table(
        "heard",
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("floor", sa.BigInteger, nullable=False),
        sa.Column("runs", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_heard")),
    )
    op.create_table(
        "outages",
        sa.Column("application", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.PrimaryKeyConstraint("application", "start", name=op.f("pk_outages")),
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marks")),
    )
    _fetches()


def _gaps() -> None:
    op.create_table(
        "gaps",
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("application", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("missing", sa.Integer, nullable=False),
        sa.Column("repaired", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("found", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("device", "start", name=op.f("pk_gaps")),
    )
    op.create_index(op.f("ix_gaps_start"), "gaps", ["start"])
    op.create_index(op.f("ix_gaps_state"), "gaps", ["state"])


def _fetches() -> None:
    op.create_table(
        "fetches",
        sa.Column("application", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("reached", sa.BigInteger, nullable=False),
        sa.Column("fetched", sa.Integer, nullable=False),
        sa.Column("asked", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("application", "start", "until", name=op.f("pk_fetches")),
    )


def downgrade() -> None:
    """Back to the revision before."""
    for table in ("fetches", "marks", "outages", "heard", "gaps"):
        op.drop_table(table)
