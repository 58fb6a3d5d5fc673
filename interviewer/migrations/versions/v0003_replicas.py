"""What replicas share: who is at work, and the key of what browsers keep."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Lays the tables."""
    op.create_table(
        "leases",
        sa.Column(
            "interview_id",
            sa.String(43),
            sa.ForeignKey("interviews.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("work", sa.String(10), primary_key=True),
        sa.Column("holder", sa.String(400), nullable=False),
        sa.Column("expires", sa.Double, nullable=False),
        sa.Column("draft", sa.Text, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
