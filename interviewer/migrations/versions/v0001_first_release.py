"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Lays the tables."""
    op.create_table(
        "interviews",
        sa.Column("id", sa.String(43), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("plan", sa.JSON, nullable=False),
    )
    op.create_table(
        "turns",
        _interview(),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("turn", sa.JSON, nullable=False),
    )
    op.create_table(
        "judgements",
        _interview(),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("check_id", sa.String(100), primary_key=True),
        sa.Column("judgement", sa.JSON, nullable=False),
    )


def _interview() -> "sa.Column[str]":
    foreign = sa.ForeignKey("interviews.id", ondelete="CASCADE")
    return sa.Column("interview_id", sa.String(43), foreign, primary_key=True)
