"""Shed: what a street owns together and lends, kept in a SQLite file through SQLAlchemy Core."""
