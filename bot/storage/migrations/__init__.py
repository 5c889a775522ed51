"""The schema of the gap log as migrations, run by Alembic."""
