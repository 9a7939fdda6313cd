"""The shed's data: SQL in, frozen values out. Every public method is one transaction."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from .database import Database, broken_rule, every, first, number
from .domain import Counts, Listing, Loan, Member, State, Thing, ThingFilter, Waiting
from .forms import MemberForm, ThingForm
from .schema import loans, members, metadata, migrate, things, waits

PAGE: Final = 12
MOST: Final = 5
EVERYTHING: Final = ThingFilter()
EXTENSION: Final = timedelta(days=7)

type Today = Callable[[], date]


class Missing(LookupError):
    """Nothing has this id, or not any more."""


class Refused(Exception):
    """The rules of the shed, or somebody who was faster, are against it; the text says which."""


class Taken(Exception):
    """Another row has this value already; `field` is the field of the form."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class Outdated(Exception):
    """Somebody else changed it since the form was opened; `thing` is what it is now."""

    def __init__(self, thing: Thing) -> None:
        super().__init__(thing.id)
        self.thing = thing


_OPEN: Final = and_(loans.c.thing_id == things.c.id, loans.c.returned.is_(None))

_THINGS: Final = (
    select(
        things,
        loans.c.id.label("loan_id"),
        loans.c.due,
        members.c.id.label("holder_id"),
        members.c.name.label("holder"),
        select(func.count()).where(waits.c.thing_id == things.c.id).scalar_subquery().label("waiting"),
    )
    .select_from(things)
    .outerjoin(loans, _OPEN)
    .outerjoin(members, members.c.id == loans.c.member_id)
)

_MEMBERS: Final = select(
    members,
    select(func.count())
    .where(loans.c.member_id == members.c.id, loans.c.returned.is_(None))
    .scalar_subquery()
    .label("out"),
)

_LOANS: Final = (
    select(loans, things.c.code, things.c.name.label("thing"), members.c.name.label("member"))
    .join(things, things.c.id == loans.c.thing_id)
    .outerjoin(members, members.c.id == loans.c.member_id)
)


def _containing(words: str, *columns: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether each word is somewhere in the columns, in either case."""
    text: ColumnElement[Any] = func.fold(columns[0])
    for column in columns[1:]:
        text = text.concat(" ").concat(func.fold(column))
    return and_(True, *(func.instr(text, word) > 0 for word in words.casefold().split()))


class Store:
    """Everything in the shed's file."""

    def __init__(self, file: Path, today: Today = date.today) -> None:
        self.today = today
        self.database = Database(file)

    # the file

    def open(self) -> bool:
        """Make the tables, or bring those of an older version up to date; whether the file is new."""
        with self.database.writing() as connection:
            return migrate(connection) == 0

    def close(self) -> None:
        """Close the file; the next transaction opens it again."""
        self.database.close()

    # things

    def things(self, wanted: ThingFilter = EVERYTHING, size: int = PAGE) -> Listing[Thing]:
        """A page of what the filter leaves, by name. A page that is too high is the last one."""
        conditions = self._conditions(wanted)
        with self.database.reading() as connection:
            total = number(connection, select(func.count()).select_from(_THINGS.where(*conditions).subquery()))
            page = min(max(wanted.page, 1), max(1, -(-total // size)))
            statement = _THINGS.where(*conditions).order_by(func.fold(things.c.name), things.c.id)
            found = every(connection, Thing, statement.limit(size).offset((page - 1) * size))
        return Listing(found, total, page, size)

    def _conditions(self, wanted: ThingFilter) -> list[ColumnElement[bool]]:
        text = (things.c.name, things.c.code, things.c.about, things.c.place)
        conditions: list[ColumnElement[bool]] = [_containing(wanted.words, *text)]
        if wanted.kind is not None:
            conditions.append(things.c.kind == wanted.kind)
        if wanted.state is State.HERE:
            conditions.append(loans.c.id.is_(None))
        elif wanted.state is State.OUT:
            conditions.append(loans.c.id.is_not(None))
        elif wanted.state is State.LATE:
            conditions.append(loans.c.due < self.today())
        return conditions

    def newest(self, count: int) -> tuple[Thing, ...]:
        """What came in last."""
        with self.database.reading() as connection:
            return every(connection, Thing, _THINGS.order_by(things.c.id.desc()).limit(count))

    def thing(self, id: int) -> Thing:
        """One thing; Missing."""
        with self.database.reading() as connection:
            return _thing(connection, id)

    def code_is_taken(self, code: str, besides: int = 0) -> bool:
        """Whether another thing has the code, for a hint while somebody types. What counts is what `add_thing` says."""
        with self.database.reading() as connection:
            statement = select(func.count()).where(things.c.code == code, things.c.id != besides)
            return number(connection, statement) > 0

    def add_thing(self, form: ThingForm) -> Thing:
        """Put something into the shed; Taken."""
        with _unique(), self.database.writing() as connection:
            values = {**_values(form), "added": self.today(), "revision": 1}
            return _thing(connection, number(connection, insert(things).values(values).returning(things.c.id)))

    def change_thing(self, id: int, form: ThingForm) -> Thing:
        """Say something else about a thing, unless somebody did so since its revision; Missing, Taken, Outdated."""
        with _unique(), self.database.writing() as connection:
            found = _thing(connection, id)
            if found.revision != form.revision:
                raise Outdated(found)
            return _change(connection, id, **_values(form))

    def move_thing(self, id: int, place: str) -> Thing:
        """Say where a thing is kept; Missing."""
        with self.database.writing() as connection:
            _thing(connection, id)
            return _change(connection, id, place=place)

    def remove_thing(self, id: int) -> Thing:
        """Take it out of the shed for good, with its history; Missing, or Refused while somebody has it."""
        with self.database.writing() as connection:
            thing = _thing(connection, id)
            if not thing.here:
                raise Refused(f"{thing.holder} has it: it can go when it is back.")
            connection.execute(delete(things).where(things.c.id == id))
            return thing

    # borrowing

    def borrow(self, id: int, member_id: int, days: int, since: date | None = None) -> Loan:
        """Lend a thing from today or another day; Missing, Refused."""
        with self.database.writing() as connection:
            thing, member = _thing(connection, id), _member(connection, member_id)
            _check_loan(connection, thing, member)
            start = since or self.today()
            values = {"thing_id": id, "member_id": member_id, "since": start, "due": start + timedelta(days=days)}
            loan_id = number(connection, insert(loans).values({**values, "extended": False}).returning(loans.c.id))
            connection.execute(delete(waits).where(waits.c.thing_id == id, waits.c.member_id == member_id))
            return _loan(connection, loan_id)

    def give_back(self, loan_id: int) -> Loan:
        """Take a thing back. Giving back twice is no mistake; Missing."""
        with self.database.writing() as connection:
            _loan(connection, loan_id)
            statement = update(loans).where(loans.c.id == loan_id, loans.c.returned.is_(None))
            connection.execute(statement.values(returned=self.today()))
            return _loan(connection, loan_id)

    def extend(self, loan_id: int, member_id: int) -> Loan:
        """A week more, once, if nobody waits; Missing, Refused."""
        with self.database.writing() as connection:
            loan = _loan(connection, loan_id)
            if loan.member_id != member_id or loan.returned:
                raise Refused("Only who has a thing can keep it longer.")
            if loan.extended:
                raise Refused("It was extended before: once is enough.")
            if _queue(connection, loan.thing_id):
                raise Refused("Somebody is waiting for it.")
            statement = update(loans).where(loans.c.id == loan_id)
            connection.execute(statement.values(due=loan.due + EXTENSION, extended=True))
            return _loan(connection, loan_id)

    def wait(self, id: int, member_id: int) -> None:
        """Stand in line for a thing, at its end; who stands there already stays. Missing."""
        with self.database.writing() as connection:
            _thing(connection, id)
            _member(connection, member_id)
            values = {"thing_id": id, "member_id": member_id, "since": self.today()}
            if member_id not in {one.member_id for one in _queue(connection, id)}:
                connection.execute(insert(waits).values(values))

    def stop_waiting(self, id: int, member_id: int) -> None:
        """Leave the line."""
        with self.database.writing() as connection:
            connection.execute(delete(waits).where(waits.c.thing_id == id, waits.c.member_id == member_id))

    def queue(self, id: int) -> tuple[Waiting, ...]:
        """Who waits for a thing, the first first."""
        with self.database.reading() as connection:
            return _queue(connection, id)

    def history(self, id: int) -> tuple[Loan, ...]:
        """Who had a thing, the last first."""
        with self.database.reading() as connection:
            return every(connection, Loan, _LOANS.where(loans.c.thing_id == id).order_by(loans.c.id.desc()).limit(20))

    def loans(self, page: int = 1, member_id: int | None = None) -> Listing[Loan]:
        """A page of what is out, of one member or of all, the soonest due first."""
        conditions: list[ColumnElement[bool]] = [loans.c.returned.is_(None)]
        if member_id is not None:
            conditions.append(loans.c.member_id == member_id)
        with self.database.reading() as connection:
            total = number(connection, select(func.count()).select_from(loans).where(*conditions))
            page = min(max(page, 1), max(1, -(-total // PAGE)))
            statement = _LOANS.where(*conditions).order_by(loans.c.due, loans.c.id)
            found = every(connection, Loan, statement.limit(PAGE).offset((page - 1) * PAGE))
        return Listing(found, total, page, PAGE)

    def counts(self) -> Counts:
        """How full the shed is, in one statement."""
        out = select(func.count()).select_from(loans).where(loans.c.returned.is_(None))
        statement = select(
            select(func.count()).select_from(things).scalar_subquery().label("things"),
            out.scalar_subquery().label("out"),
            out.where(loans.c.due < self.today()).scalar_subquery().label("late"),
            select(func.count()).select_from(members).scalar_subquery().label("members"),
        )
        with self.database.reading() as connection:
            return first(connection, Counts, statement) or Counts(0, 0, 0, 0)

    # members

    def members(self, words: str = "") -> tuple[Member, ...]:
        """Who is of the street, by name."""
        with self.database.reading() as connection:
            statement = _MEMBERS.where(_containing(words, members.c.name, members.c.email))
            return every(connection, Member, statement.order_by(func.fold(members.c.name), members.c.id))

    def find_member(self, id: int) -> Member | None:
        """One member, or None."""
        with self.database.reading() as connection:
            return first(connection, Member, _MEMBERS.where(members.c.id == id))

    def member(self, id: int) -> Member:
        """One member; Missing."""
        with self.database.reading() as connection:
            return _member(connection, id)

    def add_member(self, form: MemberForm) -> Member:
        """Somebody new; Taken."""
        with _unique(), self.database.writing() as connection:
            values = {"name": form.name, "email": form.email, "joined": self.today()}
            return _member(connection, number(connection, insert(members).values(values).returning(members.c.id)))

    def change_member(self, id: int, form: MemberForm) -> Member:
        """Another name or address; Missing, Taken."""
        with _unique(), self.database.writing() as connection:
            _member(connection, id)
            connection.execute(update(members).where(members.c.id == id).values(name=form.name, email=form.email))
            return _member(connection, id)

    def remove_member(self, id: int) -> Member:
        """Somebody leaves; what they had stays in the history without a name. Missing, or Refused."""
        with self.database.writing() as connection:
            member = _member(connection, id)
            if member.out:
                raise Refused(f"{member.name} still has something of the shed.")
            connection.execute(delete(members).where(members.c.id == id))
            return member


# inside a transaction


@contextmanager
def _unique() -> Generator[None]:
    """Say of which field the value is taken. The file decides, so that two writers cannot both be right."""
    try:
        yield
    except IntegrityError as error:
        table, _, column = broken_rule(error).partition(".")
        if table not in metadata.tables:
            raise
        raise Taken(column) from None


def _values(form: ThingForm) -> dict[str, Any]:
    return {
        "code": form.code.upper(),
        "name": form.name,
        "kind": form.kind,
        "about": form.about,
        "place": form.place,
    }


def _thing(connection: Connection, id: int) -> Thing:
    found = first(connection, Thing, _THINGS.where(things.c.id == id))
    if found is None:
        raise Missing(f"The shed has no thing number {id}.")
    return found


def _change(connection: Connection, id: int, **values: Any) -> Thing:
    statement = update(things).where(things.c.id == id)
    connection.execute(statement.values({**values, "revision": things.c.revision + 1}))
    return _thing(connection, id)


def _member(connection: Connection, id: int) -> Member:
    found = first(connection, Member, _MEMBERS.where(members.c.id == id))
    if found is None:
        raise Missing(f"There is no member number {id}.")
    return found


def _loan(connection: Connection, id: int) -> Loan:
    found = first(connection, Loan, _LOANS.where(loans.c.id == id))
    if found is None:
        raise Missing(f"There is no loan number {id}.")
    return found


def _queue(connection: Connection, thing_id: int) -> tuple[Waiting, ...]:
    statement = (
        select(waits.c.member_id, members.c.name.label("member"), waits.c.since)
        .join(members, members.c.id == waits.c.member_id)
        .where(waits.c.thing_id == thing_id)
        .order_by(waits.c.id)
    )
    return every(connection, Waiting, statement)


def _check_loan(connection: Connection, thing: Thing, member: Member) -> None:
    """The rules of borrowing; Refused."""
    if not thing.here:
        raise Refused(f"{thing.holder} has it already.")
    queue = _queue(connection, thing.id)
    if queue and queue[0].member_id != member.id:
        raise Refused(f"{queue[0].member} is next in line for it.")
    if member.out >= MOST:
        raise Refused(f"You have {member.out} things at home: bring one back first.")
