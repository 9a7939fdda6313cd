"""The tables, and how a file of any older version becomes one of this. A version that was released never changes."""

from typing import Final

from sqlalchemy import Boolean, Column, Connection, Date, Enum, ForeignKey, Integer, MetaData, String, Table

from .domain import Kind

metadata: Final = MetaData()

things: Final = Table(
    "things",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String, nullable=False),
    Column("name", String, nullable=False),
    Column("kind", Enum(Kind, native_enum=False, values_callable=list), nullable=False),
    Column("about", String, nullable=False),
    Column("place", String, nullable=False),
    Column("added", Date, nullable=False),
    Column("revision", Integer, nullable=False),
)

members: Final = Table(
    "members",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("joined", Date, nullable=False),
)

loans: Final = Table(
    "loans",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("thing_id", Integer, ForeignKey("things.id"), nullable=False),
    Column("member_id", Integer, ForeignKey("members.id")),
    Column("since", Date, nullable=False),
    Column("due", Date, nullable=False),
    Column("returned", Date),
    Column("extended", Boolean, nullable=False),
)

waits: Final = Table(
    "waits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("thing_id", Integer, ForeignKey("things.id"), nullable=False),
    Column("member_id", Integer, ForeignKey("members.id"), nullable=False),
    Column("since", Date, nullable=False),
)

# What the application promises is promised by the file too: a code is there once whatever its case, and a thing is with
# one member at a time, however many threads and processes write.
_VERSION_1: Final = (
    """
    CREATE TABLE things (
        id INTEGER PRIMARY KEY,
        code TEXT NOT NULL COLLATE NOCASE UNIQUE,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        about TEXT NOT NULL,
        place TEXT NOT NULL,
        added TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE members (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        email TEXT NOT NULL COLLATE NOCASE UNIQUE,
        joined TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE loans (
        id INTEGER PRIMARY KEY,
        thing_id INTEGER NOT NULL REFERENCES things ON DELETE CASCADE,
        member_id INTEGER REFERENCES members ON DELETE SET NULL,
        since TEXT NOT NULL,
        due TEXT NOT NULL,
        returned TEXT,
        CHECK (returned IS NOT NULL OR member_id IS NOT NULL)
    )
    """,
    "CREATE UNIQUE INDEX one_holder ON loans (thing_id) WHERE returned IS NULL",
    "CREATE INDEX loans_of_member ON loans (member_id)",
)

_VERSION_2: Final = (
    """
    CREATE TABLE waits (
        id INTEGER PRIMARY KEY,
        thing_id INTEGER NOT NULL REFERENCES things ON DELETE CASCADE,
        member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
        since TEXT NOT NULL,
        UNIQUE (thing_id, member_id)
    )
    """,
    "ALTER TABLE loans ADD COLUMN extended INTEGER NOT NULL DEFAULT 0",
)

_VERSION_3: Final = ("ALTER TABLE things ADD COLUMN revision INTEGER NOT NULL DEFAULT 1",)

VERSIONS: Final = (_VERSION_1, _VERSION_2, _VERSION_3)


class TooNew(RuntimeError):
    """The file was written by a later version of the shed."""


def migrate(connection: Connection, target: int = len(VERSIONS)) -> int:
    """Bring the file to the target version and say which it was; all of it happens in the caller's transaction."""
    found = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if found > len(VERSIONS):
        raise TooNew(f"the data is of version {found}; this shed knows versions up to {len(VERSIONS)}")
    for statements in VERSIONS[found:target]:
        for statement in statements:
            connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"PRAGMA user_version = {max(found, target)}")
    return found
