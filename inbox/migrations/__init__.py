"""Alembic's folder: the schema step by step, upgrade only."""
