"""Alarms, and of whom they were told."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("begin", sa.BigInteger, nullable=False),
        sa.Column("end", sa.BigInteger),
        sa.Column("value", sa.Float(53)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index(op.f("ix_alarms_end"), "alarms", ["end"])
    op.create_table(
        "notices",
        sa.Column("alarm", sa.Integer, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("noted", sa.BigInteger, nullable=False),
        sa.Column("sent", sa.BigInteger),
        sa.ForeignKeyConstraint(["alarm"], ["alarms.id"], name=op.f("fk_notices_alarm_alarms")),
        sa.PrimaryKeyConstraint("alarm", "event", "receiver", name=op.f("pk_notices")),
    )


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("notices")
    op.drop_table("alarms")
