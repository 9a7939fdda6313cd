"""Shed: every page in every mode, every form as a browser and as htmx send it, and who may do what."""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from chirp.testing import TestClient
from chirp_check.grammar.path import parse_path
from examples import shed
from examples.shed.app import create_app
from examples.shed.seed import fill
from examples.shed.store import Store
from tests.examples.reading import BOOSTED, BROWSER, HTMX, Element, Markup, read
from tests.examples.visitor import Visitor

FOLDER = Path(shed.__file__).parent
TODAY = date(2026, 11, 3)
ADA, BO = "1", "2"
SANDER = "/things/2"
THING = {"name": "Angle grinder", "code": "w-9", "kind": "workshop", "place": "Shelf 1", "about": "Loud."}

pytestmark = pytest.mark.asyncio(loop_scope="module")

# path, an id of the piece for htmx, a text of the whole page
PAGES = (
    ("/", "overview", "New in the shed"),
    ("/enter", "entrance", "Édith Moreau"),
    ("/things", "results", "22 things"),
    ("/things?q=shelf+1&kind=workshop&state=here", "results", "Orbital sander"),
    ("/things?q=nothing+of+this", "results", "Nothing fits"),
    ("/things?page=2", "results", "Page 2 of 2"),
    ("/things?kind=nonsense&state=nonsense&page=nonsense", "results", "Page 1 of 2"),
    ("/things/new", "thing", "Put something in"),
    ("/things/1", "thing", "Dev Patel"),
    ("/things/1/edit", "thing", "Two batteries"),
    ("/things/1/place/edit", "place", "Cordless drill"),
    ("/things/1/delete", "question", "Take Cordless drill out for good?"),
    ("/loans", "results", "2 days late"),
    ("/members", "people", "Bo Lindqvist"),
    ("/members?q=ÉDITH", "people", "Édith Moreau"),
    ("/members/1", "profile", "Apple press"),
    ("/members/1/edit", "member-1", "Edit Ada Osei"),
    ("/members/1/delete", "question", "Does Ada Osei move away?"),
)
OTHERS = ("/things.csv", "/things/code?code=W-1", "/things/1/place", "/members/1/row", "/api/things", "/health")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[TestClient, Store]]:
    """One application for the module: its templates compile once."""
    store = Store(tmp_path_factory.mktemp("shed") / "shed.sqlite", lambda: TODAY)
    async with TestClient(create_app(store), contract=True) as client:
        yield client, store


@pytest.fixture
def store(running: tuple[TestClient, Store]) -> Store:
    """The demonstration data as new."""
    known = running[1]
    with known.database.writing() as connection:
        for table in ("waits", "loans", "things", "members"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    fill(known)
    return known


@pytest.fixture
def stranger(running: tuple[TestClient, Store], store: Store) -> Visitor:
    """A browser that has not been here before."""
    running[0].cookies.clear()
    return Visitor(running[0])


@pytest_asyncio.fixture(loop_scope="module")
async def ada(stranger: Visitor) -> Visitor:
    """A browser whose user has said that she is Ada."""
    await stranger.submit("/enter", "/enter", {"member": ADA})
    return stranger


def plain(markup: Markup) -> str:
    return " ".join(markup.text.split())


async def test_it_is_of_the_size_people_write() -> None:
    routes = create_app().describe().routes
    assert len(routes) >= 25
    assert len(list((FOLDER / "templates").rglob("*.html"))) >= 15


@pytest.mark.parametrize(("path", "piece", "text"), PAGES)
async def test_a_page_in_every_mode(ada: Visitor, path: str, piece: str, text: str) -> None:
    for headers in (BROWSER, BOOSTED, {**HTMX, "HX-History-Restore-Request": "true"}):
        response = await ada.get(path, headers)
        page = read(response)
        assert response.status == 200
        assert page.whole
        assert text in plain(page)
        assert len(page.ids) == len(set(page.ids))
    part = read(await ada.get(path, HTMX))
    assert not part.whole
    assert piece in part.ids


async def test_every_get_route_is_asked(ada: Visitor) -> None:
    """No page is forgotten in the lists above."""
    asked = [path.partition("?")[0] for path, *_ in PAGES] + [path.partition("?")[0] for path in OTHERS]
    for route in create_app().describe().routes:
        if "GET" in route.methods:
            assert any(parse_path(route.path).match(path) is not None for path in asked), route.path
    for path in OTHERS:
        for headers in (BROWSER, HTMX, BOOSTED):
            assert (await ada.get(path, headers)).status == 200


async def test_what_pages_name_is_there(ada: Visitor) -> None:
    """Links lead somewhere, forms go to routes that take them and carry a token, targets exist."""
    waiting, seen = ["/", "/things/2/edit", "/things/1/place/edit"], set[str]()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        response = await ada.get(path)
        assert response.status == 200, path
        page = read(response)
        if not page.whole:
            continue
        assert page.values("hx-target") <= {"this", "body", *(f"#{name}" for name in page.ids)}
        waiting += [
            link for link in page.values("href") | page.values("hx-get") if link.startswith("/") and link not in seen
        ]
        for method, url in requests(page.elements):
            assert method in ((await ada.client.options(url)).header("allow") or "").split(", "), f"{method} {url}"
    assert {"/things/22", "/members/5", "/things.csv", "/things?page=2"} <= seen


def requests(elements: list[Element]) -> Iterator[tuple[str, str]]:
    """Method and URL of every form and htmx request but GET."""
    for element in elements:
        attributes = element.attributes
        for verb in ("post", "put", "patch", "delete"):
            if url := attributes.get(f"hx-{verb}"):
                yield verb.upper(), url
        if element.name == "form" and attributes["method"] == "post":
            yield "POST", attributes["action"]


# who is there


async def test_somebody_says_who_they_are_and_comes_back_to_where_they_were(stranger: Visitor) -> None:
    sent_away = await stranger.get("/things/new")
    assert (sent_away.status, sent_away.header("location")) == (303, "/enter?next=/things/new")
    entered = await stranger.submit("/enter?next=/things/new", "/enter", {"member": ADA})
    page = await stranger.landed(entered)
    assert "Hello, Ada Osei!" in page.text
    assert "Put something in" in page.text
    assert "Hello, Ada Osei!" not in (await stranger.get("/")).text, "a message is shown once"
    left = await stranger.landed(await stranger.submit("/", "/leave"))
    assert "Say who you are" in left.text


async def test_nobody_is_led_to_another_site(stranger: Visitor) -> None:
    entered = await stranger.submit("/enter?next=//evil.example", "/enter", {"member": ADA})
    assert entered.header("location") == "/"


@pytest.mark.parametrize(
    ("member", "message"),
    [("", "This field is required."), ("999", "Choose your name."), ("Ada", "Enter a whole number.")],
)
async def test_somebody_who_is_not_of_the_street(stranger: Visitor, member: str, message: str) -> None:
    response = await stranger.submit("/enter", "/enter", {"member": member})
    assert response.status == 422
    assert read(response).whole
    assert message in response.text


async def test_a_member_who_has_moved_away_is_a_stranger(ada: Visitor, store: Store) -> None:
    for loan in store.loans(member_id=1).entries:
        store.give_back(loan.id)
    store.remove_member(1)
    assert "Say who you are" in (await ada.get("/")).text


async def test_a_stranger_may_look_and_nothing_else(stranger: Visitor) -> None:
    token = {"_csrf_token": await token_of(stranger)}
    for path in ("/things/2/borrow", "/things/2/wait", "/loans/2/return", "/things/2/delete", "/things"):
        answer = await stranger.client.post(path, data=token)
        assert (answer.status, answer.header("location")) == (303, "/enter")
        htmx = await stranger.client.post(path, data=token, headers=HTMX)
        assert (htmx.status, htmx.header("hx-redirect")) == (401, "/enter")
    page = await stranger.get("/loans")
    assert "/return" not in page.text


async def token_of(visitor: Visitor) -> str:
    page = read(await visitor.get("/members"))
    return next(one.attributes["value"] for one in page.elements if one.attributes.get("name") == "_csrf_token")


async def test_a_form_without_a_token_is_refused(ada: Visitor, store: Store) -> None:
    page = await ada.client.post("/things/2/borrow", data={"days": "7"})
    assert (page.status, read(page).whole) == (403, True)
    toast = await ada.client.post("/things/2/borrow", data={"days": "7"}, headers=HTMX)
    assert (toast.status, toast.header("hx-retarget")) == (403, "#toasts")
    assert store.thing(2).here


# borrowing


async def test_borrowing_without_javascript(ada: Visitor, store: Store) -> None:
    page = await ada.landed(await ada.submit(SANDER, f"{SANDER}/borrow", {"days": "28"}))
    assert "Orbital sander is yours until 1 December." in page.text
    assert "due in 28 days" in page.text
    page = await ada.landed(await ada.submit(SANDER, f"{SANDER}/return"))
    assert "Orbital sander is back. Thank you!" in page.text
    assert store.thing(2).here


async def test_borrowing_with_htmx_changes_the_page_around_it(ada: Visitor) -> None:
    response = await ada.submit(SANDER, f"{SANDER}/borrow", {"days": "7"}, HTMX)
    part = read(response)
    assert part.ids[0] == "thing"
    assert {"history", "out-count", "my-count", "toasts"} <= set(part.out_of_band)
    assert "due in 7 days" in part.text
    assert ">5</span>" in response.text.partition('id="out-count"')[2]
    assert "is yours" not in (await ada.get("/")).text, "the toast was the message"


async def test_somebody_was_faster(ada: Visitor, store: Store) -> None:
    token = {"_csrf_token": await token_of(ada)}
    store.borrow(2, 2, 7)
    toast = await ada.client.post(f"{SANDER}/borrow", data=token, headers=HTMX)
    assert (toast.status, toast.header("hx-retarget"), toast.header("hx-reswap")) == (409, "#toasts", "beforeend")
    assert "Bo Lindqvist has it already." in toast.text
    assert not read(toast).whole
    page = await ada.client.post(f"{SANDER}/borrow", data=token)
    assert (page.status, read(page).whole) == (409, True)
    assert "Bo Lindqvist has it already." in page.text


async def test_standing_in_line(ada: Visitor, store: Store) -> None:
    page = await ada.landed(await ada.submit("/things/1", "/things/1/wait"))
    assert [one.member for one in store.queue(1)] == ["Dev Patel", "Ada Osei"]
    assert "You are in line." in page.text
    await ada.submit("/things/1", "/things/1/unwait")
    assert [one.member for one in store.queue(1)] == ["Dev Patel"]


async def test_the_list_of_what_is_out(ada: Visitor, store: Store) -> None:
    late = store.loans().entries[0]
    extended = read(await ada.submit("/loans", f"/loans/{late.id}/extend", headers=HTMX))
    assert extended.ids[0] == f"loan-{late.id}"
    assert "due in 5 days" in extended.text
    back = await ada.submit("/loans", f"/loans/{late.id}/return", headers=HTMX)
    assert {"out-count", "my-count", "toasts"} <= set(read(back).out_of_band)
    assert f"loan-{late.id}" not in (await ada.get("/loans")).text
    page = await ada.landed(await ada.submit("/loans", f"/loans/{store.loans().entries[0].id}/return"))
    assert "is back. Thank you!" in page.text


@pytest.mark.parametrize("days", ["", "3", "x"])
async def test_a_number_of_days_that_is_not_on_the_list(ada: Visitor, store: Store, days: str) -> None:
    response = await ada.submit(SANDER, f"{SANDER}/borrow", {"days": days})
    assert response.status == (303 if days == "" else 422)
    assert store.thing(2).here is (days != "")


# forms


async def test_something_new_comes_in(ada: Visitor, store: Store) -> None:
    page = await ada.landed(await ada.submit("/things/new", "/things", THING))
    assert "Angle grinder is in the shed." in page.text
    assert "W-9" in page.text
    added = store.things().entries[0]
    assert (added.code, added.place, added.about, added.added) == ("W-9", "Shelf 1", "Loud.", TODAY)
    htmx = await ada.submit("/things/new", "/things", THING | {"code": "W-10"}, HTMX)
    assert (htmx.header("hx-redirect") or "").startswith("/things/")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"name": "  "}, "This field is required."),
        ({"name": "x" * 61}, "Use at most 60 characters."),
        ({"code": "no spaces"}, "Write up to ten letters and digits, such as W-12."),
        ({"code": "W-2"}, "Another thing has this code already."),
        ({"code": "w-2"}, "Another thing has this code already."),
        ({"kind": "nonsense"}, "Choose one of"),
        ({"about": "x" * 1001}, "Use at most 1000 characters."),
    ],
)
@pytest.mark.parametrize("headers", [BROWSER, HTMX], ids=["browser", "htmx"])
async def test_a_form_with_a_mistake_comes_back(
    ada: Visitor, store: Store, typed: dict[str, str], message: str, headers: dict[str, str]
) -> None:
    before = store.things(size=100)
    for page, action in (("/things/new", "/things"), ("/things/1/edit", "/things/1")):
        response = await ada.submit(page, action, THING | typed, headers)
        markup = read(response)
        assert response.status == 422
        assert markup.whole is (headers is BROWSER)
        assert message in markup.text
        kept = THING | typed
        assert kept["code"] in markup.values("value")
        assert kept["place"] in markup.values("value")
    assert store.things(size=100) == before


async def test_a_change_that_somebody_else_made_meanwhile_is_not_lost(ada: Visitor, store: Store) -> None:
    token = await token_of(ada)
    stale = THING | {"_csrf_token": token, "revision": "1"}
    store.move_thing(1, "Attic")
    response = await ada.client.post("/things/1", data=stale)
    assert response.status == 422
    assert "Somebody changed this thing while you were writing." in response.text
    assert store.thing(1).place == "Attic"


async def test_editing_in_place(ada: Visitor, store: Store) -> None:
    moved = read(await ada.submit("/things/1/place/edit", "/things/1/place", {"place": "Attic"}, HTMX))
    assert moved.ids[0] == "place"
    assert "Attic" in moved.text
    page = await ada.landed(await ada.submit("/things/1/place/edit", "/things/1/place", {"place": "<b>Cellar</b>"}))
    assert "&lt;b&gt;Cellar&lt;/b&gt;" in page.text
    long = await ada.submit("/things/1/place/edit", "/things/1/place", {"place": "x" * 61})
    assert (long.status, "at most 60" in long.text) == (422, True)
    assert store.thing(1).place == "<b>Cellar</b>"


async def test_a_thing_goes_for_good_when_it_is_here(ada: Visitor, store: Store) -> None:
    refused = await ada.submit("/things/1/delete", "/things/1/delete")
    assert (refused.status, "Carmen Ruiz has it" in refused.text) == (409, True)
    page = await ada.landed(await ada.submit("/things/2/delete", "/things/2/delete"))
    assert "Orbital sander is gone." in page.text
    assert (await ada.get("/things/2")).status == 404
    assert (await ada.get("/things/2", HTMX)).header("hx-retarget") == "#toasts"


async def test_joining(stranger: Visitor, store: Store) -> None:
    person = {"name": "Femi Cole", "email": "femi@shed.example"}
    part = read(await stranger.submit("/members", "/members", person, HTMX))
    assert part.ids[0] == "join"
    assert {"people", "member-total", "toasts"} <= set(part.out_of_band)
    taken = await stranger.submit("/members", "/members", person | {"email": "FEMI@shed.example"})
    assert (taken.status, "Somebody has this address already." in taken.text) == (422, True)
    assert "FEMI@shed.example" in read(taken).values("value")
    wrong = await stranger.submit("/members", "/members", person | {"email": "femi"}, HTMX)
    assert (wrong.status, "Write an address" in wrong.text) == (422, True)
    assert len(store.members()) == 6


async def test_editing_a_member_in_the_list(ada: Visitor, store: Store) -> None:
    saved = read(await ada.submit("/members/2/edit", "/members/2", {"name": "Bo L."}, HTMX))
    assert saved.ids[0] == "member-2"
    taken = await ada.submit("/members/2/edit", "/members/2", {"email": "ada@shed.example"})
    assert (taken.status, read(taken).whole) == (422, True)
    assert store.member(2).name == "Bo L."
    refused = await ada.submit("/members/1/delete", "/members/1/delete")
    assert (refused.status, "still has something" in refused.text) == (409, True)
    page = await ada.landed(await ada.submit("/members/2/delete", "/members/2/delete"))
    assert "Bo L. has moved away." in page.text


# the rest


async def test_a_hint_while_somebody_types(ada: Visitor) -> None:
    for query, message in (("code=w-1", "Another thing"), ("code=w-1&besides=1", ""), ("code=a!", "Write up to ten")):
        hint = (await ada.get(f"/things/code?{query}", HTMX)).text.strip()
        assert hint.startswith(message)
        assert bool(hint) == bool(message)


async def test_the_same_for_programs(ada: Visitor) -> None:
    table = await ada.get("/things.csv")
    assert table.content_type.startswith("text/csv")
    assert len(table.text.splitlines()) == 23
    assert '"total":4,"page":1,"pages":1' in (await ada.get("/api/things?q=shelf&kind=kitchen")).text


async def test_what_every_answer_says(ada: Visitor) -> None:
    for path in ("/", "/health", "/nothing/here", "/static/style.css"):
        response = await ada.get(path)
        assert "default-src 'self'" in (response.header("content-security-policy") or "")
    assert (await ada.get("/nothing/here")).status == 404
