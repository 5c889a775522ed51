"""How the tables of the gap log came to be, step by step, run by Alembic."""
