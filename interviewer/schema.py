"""The tables. What is stored in them, and how they came to be, is told elsewhere."""

import sqlalchemy as sa

VERSION = "0003"
"""The last of the migrations that these tables are the outcome of."""

METADATA = sa.MetaData()
ID_LENGTH = 43


def _interview(
    primary_key: bool = False, index: bool = False, unique: bool = False
) -> "sa.Column[str]":
    """What goes when its interview goes."""
    return sa.Column(
        "interview_id",
        sa.ForeignKey("interviews.id", ondelete="CASCADE"),
        primary_key=primary_key,
        index=index,
        unique=unique,
        nullable=False,
    )


INTERVIEWS = sa.Table(
    "interviews",
    METADATA,
    sa.Column("id", sa.String(ID_LENGTH), primary_key=True),
    sa.Column("owner", sa.String(ID_LENGTH), nullable=False, index=True),
    # An answer given again goes when the interview goes that it was first given in.
    sa.Column("again_of", sa.ForeignKey("interviews.id", ondelete="CASCADE"), index=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("plan", sa.JSON, nullable=False),
)

TURNS = sa.Table(
    "turns",
    METADATA,
    _interview(primary_key=True),
    # The primary key is what keeps a turn from being taken twice.
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("turn", sa.JSON, nullable=False),
)

JUDGEMENTS = sa.Table(
    "judgements",
    METADATA,
    _interview(primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("check_id", sa.String(100), primary_key=True),
    sa.Column("judgement", sa.JSON, nullable=False),
)

DISPUTES = sa.Table(
    "disputes",
    METADATA,
    _interview(primary_key=True),
    sa.Column("question_id", sa.String(100), primary_key=True),
    sa.Column("check_id", sa.String(100), primary_key=True),
    sa.Column("dispute", sa.JSON, nullable=False),
)

CODE = sa.Table(
    "code",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    _interview(index=True),
    sa.Column("question_id", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("entry", sa.JSON, nullable=False),
)

LOOPS = sa.Table(
    "loops",
    METADATA,
    sa.Column("id", sa.String(ID_LENGTH), primary_key=True),
    sa.Column("owner", sa.String(ID_LENGTH), nullable=False, index=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("plan", sa.JSON, nullable=False),
)

PLACES = sa.Table(
    "places",
    METADATA,
    sa.Column("loop_id", sa.ForeignKey("loops.id", ondelete="CASCADE"), primary_key=True),
    # The primary key is what keeps a round from being begun twice.
    sa.Column("position", sa.Integer, primary_key=True),
    _interview(unique=True),
)

LEASES = sa.Table(
    "leases",
    METADATA,
    _interview(primary_key=True),
    # The primary key is what keeps two replicas from one work.
    sa.Column("work", sa.String(10), primary_key=True),
    sa.Column("holder", sa.String(400), nullable=False),
    sa.Column("expires", sa.Double, nullable=False),
    sa.Column("draft", sa.Text, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
)

SECRETS = sa.Table(
    "secrets",
    METADATA,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
