"""The file: its connections, its transactions, and rows in the shape of dataclasses."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import OperationalError
from time import monotonic, sleep
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import Executable

# A writer waits so long for another one; both are done in milliseconds.
BUSY_SECONDS: Final = 10.0

type Shape[T] = Callable[..., T]


class Database:
    """A SQLite file used by many threads, and by several processes of one machine.

    The pool gives each transaction a connection of its own. With the write-ahead log readers never wait; writers take
    turns. A transaction that will write says so when it begins: one that reads first and then wants to write would
    fail when somebody else wrote in between.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._engine = _engine(file)
        self._writer = self._engine.execution_options(immediate=True)

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees the file as it is now, whatever is written meanwhile."""
        return self._engine.begin()

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that is the only one to write until it ends; an exception undoes it."""
        return self._writer.begin()

    def close(self) -> None:
        """Close the connections that are not in use. The next transaction opens a new one."""
        self._engine.dispose()


def _engine(file: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
        connect_args={"timeout": BUSY_SECONDS},
        pool_size=5,
        max_overflow=40,  # as many as the threads that handlers run in
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: SQLiteConnection, _record: object) -> None:
    connection.isolation_level = None  # `_begin` begins transactions, not the driver
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    # What SQLite calls lower case ends at Z.
    connection.create_function("fold", 1, _fold, deterministic=True)


def _write_ahead(connection: SQLiteConnection) -> None:
    """Turn the write-ahead log on; SQLite does not wait here: of two who do it at once it sends one away."""
    patience = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except OperationalError:
            if monotonic() > patience:
                raise
            sleep(0.01)


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _fold(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def every[T](connection: Connection, shape: Shape[T], statement: Executable) -> tuple[T, ...]:
    """All rows; a column goes to the field of its name."""
    rows = connection.execute(statement).mappings()
    return tuple(shape(**row) for row in rows)


def first[T](connection: Connection, shape: Shape[T], statement: Executable) -> T | None:
    """The first row, or None."""
    row = connection.execute(statement).mappings().first()
    return None if row is None else shape(**row)


def number(connection: Connection, statement: Executable) -> int:
    """The only value of the only row."""
    value: Any = connection.execute(statement).scalar_one()
    return int(value)


def broken_rule(error: IntegrityError) -> str:
    """What a row would have broken, as SQLite says it: `things.code` of `UNIQUE constraint failed: things.code`."""
    return str(error.orig).partition(": ")[2]
