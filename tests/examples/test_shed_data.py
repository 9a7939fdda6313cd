"""The shed's file: what it promises to threads, to processes, to the next start, and to older files."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from sqlite3 import connect

import pytest
from sqlalchemy import insert, inspect, select

from chirp.testing import TestClient
from examples.shed.app import create_app
from examples.shed.database import Database, every
from examples.shed.domain import Kind, Member, State, ThingFilter
from examples.shed.forms import MemberForm, ThingForm
from examples.shed.schema import VERSIONS, TooNew, members, metadata, migrate
from examples.shed.seed import fill
from examples.shed.store import Missing, Outdated, Refused, Store, Taken

TODAY = date(2026, 11, 3)
ADA = MemberForm("Ada", "ada@shed.example")
BO = MemberForm("Bo", "bo@shed.example")
DRILL = ThingForm("Drill", "W-1", Kind.WORKSHOP)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "shed.sqlite"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    store = Store(file, lambda: TODAY)
    assert store.open()
    yield store
    store.close()


def together[T](jobs: list[Callable[[], T]]) -> list[T | Exception]:
    """What each job gives or raises; all of them start at once, each in a thread."""
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], T]) -> T | Exception:
        barrier.wait()
        try:
            return job()
        except Exception as error:  # noqa: BLE001 - the outcome of the job
            return error

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_the_data_is_there_after_a_restart(file: Path) -> None:
    first = Store(file, lambda: TODAY)
    assert first.open(), "a new file"
    fill(first)
    before = first.things(size=100), first.loans(), first.members(), first.counts()
    first.close()
    second = Store(file, lambda: TODAY)
    assert not second.open()
    assert (second.things(size=100), second.loans(), second.members(), second.counts()) == before
    second.close()


@pytest.mark.asyncio
async def test_the_application_fills_a_new_file_and_keeps_an_old_one(file: Path) -> None:
    async with TestClient(create_app(Store(file))) as client:
        assert (await client.get("/health")).text == '{"things":22}'
    store = Store(file)
    store.remove_thing(store.thing(22).id)
    store.close()
    async with TestClient(create_app(Store(file))) as client:
        assert (await client.get("/health")).text == '{"things":21}'


def test_creating_the_application_opens_no_file(file: Path) -> None:
    create_app(Store(file)).check()
    assert not file.exists()


def test_one_of_several_who_borrow_at_once_gets_it(store: Store) -> None:
    thing = store.add_thing(DRILL)
    people = [store.add_member(MemberForm(f"P{number}", f"p{number}@shed.example")) for number in range(8)]
    outcomes = together([partial(store.borrow, thing.id, one.id, 14) for one in people])
    lent = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    assert len(lent) == 1
    assert all(isinstance(outcome, Refused) for outcome in outcomes if outcome is not lent[0])
    assert store.thing(thing.id).holder_id == lent[0].member_id
    assert store.counts().out == 1


def test_processes_that_write_at_once_all_succeed(store: Store, file: Path) -> None:
    """Each store has connections of its own, as another process has."""
    stores = [store, *(Store(file, lambda: TODAY) for _ in range(3))]

    def write(which: int) -> int:
        for number in range(25):
            stores[which].add_thing(ThingForm(f"Thing {number}", f"{which}-{number}", Kind.PARTY))
        return which

    assert together([partial(write, which) for which in range(4)]) == [0, 1, 2, 3]
    assert store.counts().things == 100
    assert {thing.code for thing in store.things(size=200).entries} == {f"{w}-{n}" for w in range(4) for n in range(25)}
    for one in stores[1:]:
        one.close()


def test_of_two_equal_codes_one_is_taken(store: Store) -> None:
    outcomes = together([lambda: store.add_thing(DRILL), lambda: store.add_thing(DRILL)])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Taken", "Thing"]
    assert store.counts().things == 1


def test_what_is_unique_whatever_the_case(store: Store) -> None:
    thing = store.add_thing(DRILL)
    other = store.add_thing(ThingForm("Saw", "W-2", Kind.WORKSHOP))
    with pytest.raises(Taken) as taken:
        store.add_thing(ThingForm("Other", "w-1", Kind.GARDEN))
    assert taken.value.field == "code"
    with pytest.raises(Taken):
        store.change_thing(other.id, ThingForm("Saw", "w-1", Kind.WORKSHOP, revision=1))
    assert store.thing(other.id).revision == 1, "what was refused has changed nothing"
    assert store.change_thing(thing.id, ThingForm("Drill 2", "w-1", Kind.WORKSHOP, revision=1)).code == "W-1"
    ada, bo = store.add_member(ADA), store.add_member(BO)
    with pytest.raises(Taken) as taken:
        store.change_member(bo.id, MemberForm("Bo", "ADA@shed.example"))
    assert taken.value.field == "email"
    assert store.change_member(ada.id, MemberForm("Ada L.", "ADA@shed.example")).name == "Ada L."


def test_a_reader_sees_one_moment_and_does_not_wait_for_a_writer(store: Store) -> None:
    store.add_member(ADA)
    query = select(members)
    with store.database.reading() as reading:
        assert len(every(reading, Member, query)) == 1
        with store.database.writing() as writing:
            writing.execute(insert(members).values(name="Bo", email="bo@shed.example", joined=TODAY))
            assert len(every(writing, Member, query)) == 2
            assert len(every(reading, Member, query)) == 1
        assert len(every(reading, Member, query)) == 1
    assert len(store.members()) == 2


def test_an_exception_undoes_a_transaction(store: Store) -> None:
    def fail() -> None:
        with store.database.writing() as connection:
            connection.execute(insert(members).values(name="Bo", email="bo@shed.example", joined=TODAY))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert store.members() == ()
    store.add_member(BO)


def test_only_the_first_in_line_gets_it(store: Store) -> None:
    thing, ada, bo = store.add_thing(DRILL), store.add_member(ADA), store.add_member(BO)
    loan = store.borrow(thing.id, ada.id, 7)
    store.wait(thing.id, bo.id)
    store.wait(thing.id, bo.id)
    assert [one.member for one in store.queue(thing.id)] == ["Bo"]
    with pytest.raises(Refused, match="Somebody is waiting"):
        store.extend(loan.id, ada.id)
    assert store.give_back(loan.id).returned == TODAY
    assert store.give_back(loan.id).returned == TODAY
    with pytest.raises(Refused, match="Bo is next in line"):
        store.borrow(thing.id, ada.id, 7)
    store.borrow(thing.id, bo.id, 7)
    assert store.queue(thing.id) == ()


def test_a_loan_is_extended_once_by_who_has_it(store: Store) -> None:
    thing, ada, bo = store.add_thing(DRILL), store.add_member(ADA), store.add_member(BO)
    loan = store.borrow(thing.id, ada.id, 7)
    with pytest.raises(Refused, match="Only who has"):
        store.extend(loan.id, bo.id)
    assert store.extend(loan.id, ada.id).due == TODAY + timedelta(days=14)
    with pytest.raises(Refused, match="once is enough"):
        store.extend(loan.id, ada.id)


def test_five_things_are_enough(store: Store) -> None:
    ada = store.add_member(ADA)
    things = [store.add_thing(ThingForm("Thing", f"X-{number}", Kind.PARTY)) for number in range(6)]
    for thing in things[:5]:
        store.borrow(thing.id, ada.id, 7)
    with pytest.raises(Refused, match="5 things at home"):
        store.borrow(things[5].id, ada.id, 7)


def test_who_and_what_is_needed_cannot_go(store: Store) -> None:
    thing, ada = store.add_thing(DRILL), store.add_member(ADA)
    loan = store.borrow(thing.id, ada.id, 7)
    with pytest.raises(Refused, match="Ada has it"):
        store.remove_thing(thing.id)
    with pytest.raises(Refused, match="Ada still has"):
        store.remove_member(ada.id)
    store.give_back(loan.id)
    store.remove_member(ada.id)
    assert [(loan.member_id, loan.member) for loan in store.history(thing.id)] == [(None, None)]
    store.remove_thing(thing.id)
    for gone in (lambda: store.thing(thing.id), lambda: store.member(ada.id), lambda: store.give_back(loan.id)):
        with pytest.raises(Missing):
            gone()


def test_a_change_over_another_change_is_refused(store: Store) -> None:
    thing = store.add_thing(DRILL)
    store.move_thing(thing.id, "Attic")
    with pytest.raises(Outdated) as outdated:
        store.change_thing(thing.id, ThingForm("Drill", "W-1", Kind.WORKSHOP, revision=thing.revision))
    assert outdated.value.thing.place == "Attic"


def test_what_a_list_is_narrowed_to(store: Store) -> None:
    ada = store.add_member(ADA)
    names = ("Éclair mould", "Apple press", "Ångström scale", "50 % off sign", "o_o mask")
    for number, name in enumerate(names):
        store.add_thing(ThingForm(name, f"X-{number}", Kind.KITCHEN if number < 2 else Kind.PARTY, "Shelf 9"))
    store.borrow(2, ada.id, 7, TODAY - timedelta(days=9))

    def names_of(wanted: ThingFilter) -> list[str]:
        return [thing.name for thing in store.things(wanted).entries]

    assert names_of(ThingFilter("ÉCL")) == ["Éclair mould"]
    assert names_of(ThingFilter("scale ångs")) == ["Ångström scale"]
    assert names_of(ThingFilter("%")) == ["50 % off sign"]
    assert names_of(ThingFilter("_")) == ["o_o mask"]
    assert names_of(ThingFilter("x-4")) == ["o_o mask"]
    assert names_of(ThingFilter("' OR 1=1 --")) == []
    assert names_of(ThingFilter(kind=Kind.KITCHEN)) == ["Apple press", "Éclair mould"]
    assert names_of(ThingFilter(state=State.OUT)) == names_of(ThingFilter(state=State.LATE)) == ["Apple press"]
    assert len(names_of(ThingFilter(state=State.HERE))) == 4
    pages = [store.things(ThingFilter(page=page), size=2) for page in (1, 2, 3, 9, -1)]
    assert [(listing.page, listing.pages, len(listing.entries)) for listing in pages] == [
        (1, 3, 2),
        (2, 3, 2),
        (3, 3, 1),
        (3, 3, 1),
        (1, 3, 2),
    ]


# older files


def test_the_tables_are_those_of_the_code(store: Store) -> None:
    with store.database.reading() as connection:
        found = inspect(connection)
        for table in metadata.tables.values():
            columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
            assert columns == {column.name: column.nullable for column in table.columns} | {"id": columns["id"]}


@pytest.mark.parametrize("version", range(1, len(VERSIONS)))
def test_a_file_of_an_older_version_is_brought_up_to_date(file: Path, version: int) -> None:
    database = Database(file)
    with database.writing() as connection:
        assert migrate(connection, version) == 0
        connection.exec_driver_sql("INSERT INTO things VALUES (1, 'W-1', 'Drill', 'workshop', '', '', '2024-05-06')")
        connection.exec_driver_sql("INSERT INTO members VALUES (1, 'Ada', 'ada@shed.example', '2024-05-06')")
        connection.exec_driver_sql(
            "INSERT INTO loans (thing_id, member_id, since, due) VALUES (1, 1, '2026-10-20', '2026-11-03')"
        )
    database.close()
    store = Store(file, lambda: TODAY)
    assert not store.open()
    thing = store.thing(1)
    assert (thing.name, thing.added, thing.holder, thing.revision) == ("Drill", date(2024, 5, 6), "Ada", 1)
    assert store.extend(1, 1).due == date(2026, 11, 10)
    store.close()


def test_one_of_several_who_open_a_new_file_at_once_makes_it(file: Path) -> None:
    stores = [Store(file) for _ in range(4)]
    assert sorted(map(str, together([store.open for store in stores]))) == ["False", "False", "False", "True"]
    for store in stores:
        store.close()


def test_a_file_of_a_later_version_is_left_alone(file: Path) -> None:
    with closing(connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    store = Store(file)
    with pytest.raises(TooNew, match="version 99"):
        store.open()
    store.close()
