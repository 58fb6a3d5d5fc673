"""Owners, answers given again, disputes, code, loops; rounds of several areas."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the changes; an interview of the first release goes on as one of its one area."""
    with op.batch_alter_table("interviews") as interviews:
        # Whose an old interview is, nobody noted.
        interviews.add_column(sa.Column("owner", sa.String(43), nullable=False, server_default=""))
        interviews.add_column(sa.Column("again_of", sa.String(43)))
        interviews.create_foreign_key(
            "interviews_again_of_fkey", "interviews", ["again_of"], ["id"], ondelete="CASCADE"
        )
        interviews.create_index("ix_interviews_owner", ["owner"])
        interviews.create_index("ix_interviews_again_of", ["again_of"])
    with op.batch_alter_table("interviews") as interviews:
        interviews.alter_column("owner", server_default=None)
    _lay_tables()
    _name_areas()


def _lay_tables() -> None:
    op.create_table(
        "disputes",
        _interview(),
        sa.Column("question_id", sa.String(100), primary_key=True),
        sa.Column("check_id", sa.String(100), primary_key=True),
        sa.Column("dispute", sa.JSON, nullable=False),
    )
    op.create_table(
        "code",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        _interview(key=False),
        sa.Column("question_id", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("entry", sa.JSON, nullable=False),
    )
    op.create_index("ix_code_interview_id", "code", ["interview_id"])
    op.create_table(
        "loops",
        sa.Column("id", sa.String(43), primary_key=True),
        sa.Column("owner", sa.String(43), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("plan", sa.JSON, nullable=False),
    )
    op.create_index("ix_loops_owner", "loops", ["owner"])
    op.create_table(
        "places",
        sa.Column(
            "loop_id",
            sa.String(43),
            sa.ForeignKey("loops.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("position", sa.Integer, primary_key=True),
        _interview(key=False),
        sa.UniqueConstraint("interview_id"),
    )


def _interview(key: bool = True) -> "sa.Column[str]":
    foreign = sa.ForeignKey("interviews.id", ondelete="CASCADE")
    return sa.Column("interview_id", sa.String(43), foreign, primary_key=key, nullable=False)


def _name_areas() -> None:
    """A plan had one ``area``; it has ``areas`` now."""
    interviews = sa.table("interviews", sa.column("id", sa.String), sa.column("plan", sa.JSON))
    connection = op.get_bind()
    for row in connection.execute(sa.select(interviews)).all():
        plan = {name: value for name, value in row.plan.items() if name != "area"}
        plan = {"areas": [row.plan["area"]], **plan}
        connection.execute(interviews.update().where(interviews.c.id == row.id).values(plan=plan))
