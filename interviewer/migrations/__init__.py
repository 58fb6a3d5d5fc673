"""How the tables came to be: one file a change, in their order, run by alembic."""
