"""Databases, their tables and migrations, keys, and files that are written whole or not at all."""
