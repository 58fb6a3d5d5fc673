"""What alembic runs: the changes, on the connection that it is given."""

from alembic import context


def migrate() -> None:
    """Makes the changes in the transaction that the connection is in."""
    context.configure(
        connection=context.config.attributes["connection"],
        # SQLite can't change a column: the table is made anew.
        render_as_batch=True,
    )
    context.run_migrations()


migrate()
