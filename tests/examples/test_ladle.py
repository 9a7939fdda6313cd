"""Ladle: every page in every mode, every form as a browser and as htmx send it, and that its links lead somewhere."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from chirp.http.response import Response
from chirp.testing import TestClient
from examples import ladle
from examples.ladle import words
from examples.ladle.app import create_app
from examples.ladle.domain import Ingredient
from examples.ladle.forms import read_ingredient
from examples.ladle.seed import demo_store
from examples.ladle.store import Store
from tests.examples.reading import BOOSTED, BROWSER, HTMX, Markup, read

FOLDER = Path(ladle.__file__).parent
NOON = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
INTO_MAIN = {**BOOSTED, "HX-Target": "main"}

pytestmark = pytest.mark.asyncio(loop_scope="module")

# path, an id of the piece for htmx, a text of the whole page
PAGES = (
    ("/", "tonight", "Lemon risotto"),
    ("/search", "results", "Type a word"),
    ("/search?q=egg", "results", "Green shakshuka"),
    ("/settings", "settings", "Appearance"),
    ("/tags", "tags", "vegetarian"),
    ("/tags/one%20pot", "tagged", "Tomato and white bean stew"),
    ("/recipes", "recipe-list", "8 recipes"),
    ("/recipes?q=lemon&tag=spring&sort=quick", "recipe-list", "1 recipe"),
    ("/recipes/new", "recipe-form", "New recipe"),
    ("/recipes/1", "ingredients", "Soften the onions"),
    ("/recipes/2?people=4", "ingredients", "320 g"),
    ("/recipes/1/cook", "step", "Step 1 of 4"),
    ("/recipes/1/cook?step=9", "step", "Step 4 of 4"),
    ("/recipes/1/notes", "notes", "Twice the paprika"),
    ("/recipes/1/edit", "recipe-form", "Delete this recipe"),
    ("/recipes/1/delete", "question", "2 notes would go with it"),
    ("/plan", "week", "16 November to 22 November"),
    ("/plan?from=2026-12-24", "week", "21 December to 27 December"),
    ("/plan/2026-11-17", "ideas", "Tuesday, 17 November"),
    ("/shopping", "shopping-list", "Washing-up liquid"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running() -> AsyncIterator[tuple[TestClient, Store]]:
    """One application for the module: its templates compile once."""
    store = demo_store(lambda: NOON)
    async with TestClient(create_app(store), contract=True) as client:
        yield client, store


@pytest.fixture
def kitchen(running: tuple[TestClient, Store]) -> Store:
    running[1].become(demo_store(lambda: NOON))
    return running[1]


@pytest.fixture
def client(running: tuple[TestClient, Store], kitchen: Store) -> TestClient:
    running[0].cookies.clear()
    return running[0]


def plain(markup: Markup) -> str:
    return " ".join(markup.text.split())


async def test_it_is_of_the_size_people_write() -> None:
    routes = create_app().describe().routes
    assert len(routes) >= 20
    assert all(route.origin.startswith("pages/") for route in routes)
    assert len(list(FOLDER.rglob("*.html"))) >= 15
    assert sum(file.name == "_layout.html" for file in FOLDER.rglob("*")) >= 2


@pytest.mark.parametrize(("path", "piece", "text"), PAGES)
async def test_a_page_in_every_mode(client: TestClient, path: str, piece: str, text: str) -> None:
    for headers in (BROWSER, BOOSTED, {**HTMX, "HX-History-Restore-Request": "true"}):
        response = await client.get(path, headers=headers)
        page = read(response)
        assert response.status == 200
        assert page.whole
        assert text in plain(page)
        assert len(page.ids) == len(set(page.ids))
    part = read(await client.get(path, headers=HTMX))
    assert not part.whole
    assert piece in part.ids
    inner = read(await client.get(path, headers=INTO_MAIN))
    assert not inner.whole
    assert piece in inner.ids
    assert "main" not in inner.ids
    assert text in plain(inner) or path == "/recipes/new"


async def test_every_get_route_is_asked(client: TestClient) -> None:
    """No page is forgotten in the list above."""
    others = {"/about", "/random", "/shopping/export", "/api/recipes"}
    described = create_app().describe().routes
    patterns = {route.path for route in described if "GET" in route.methods}
    asked = {path.partition("?")[0] for path, _, _ in PAGES} | others
    for pattern in patterns:
        head = pattern.partition("{")[0]
        assert any(path.startswith(head) and path.count("/") == pattern.count("/") for path in asked), pattern
    for path in others:
        for headers in (BROWSER, HTMX, BOOSTED, INTO_MAIN):
            assert (await client.get(path, headers=headers)).status in {200, 302}


async def test_links_lead_somewhere(client: TestClient) -> None:
    waiting, seen = ["/"], {"/"}
    while waiting:
        page = read(await client.get(waiting.pop()))
        for link in page.values("href") | page.values("hx-get"):
            if link.startswith("/") and not link.startswith("/plan?") and link not in seen:
                seen.add(link)
                response = await client.get(link)
                assert response.status in {200, 302}, link
                if response.content_type.startswith("text/html") and response.status == 200:
                    waiting.append(link)
    assert {"/about", "/recipes/8/cook", "/tags/one%20pot", "/plan/2026-11-22"} <= seen


async def post(client: TestClient, path: str, fields: dict[str, str], headers: Mapping[str, str] = HTMX) -> Response:
    return await client.post(path, data=fields, headers=headers)


@pytest.mark.parametrize(
    ("path", "fields", "piece", "toast"),
    [
        ("/recipes/2", {"_action": "rate", "stars": "2"}, "rating", "Rated."),
        ("/recipes/2", {"_action": "favourite"}, "favourite", "One of your favourites."),
        ("/recipes/2", {"_action": "shop", "portions": "6"}, "ingredients", "6 lines on the shopping list."),
        ("/plan", {"_action": "shop"}, "week", "18 lines on the shopping list."),
        ("/plan", {"_action": "clear"}, "week", "The rest of the week is free."),
        ("/plan/2026-11-19", {"recipe": "8"}, "day-2026-11-19", "Plum crumble, then."),
        ("/plan/2026-11-17", {"recipe": ""}, "day-2026-11-17", "Nothing, then."),
        ("/shopping", {"text": "Salt"}, "add", "Salt is on the list."),
        ("/shopping", {"_action": "clear"}, "shopping-list", "1 line less."),
        ("/recipes/1/notes", {"text": "Good."}, "note-form", "Noted."),
    ],
)
async def test_a_form_answers_htmx_with_pieces_and_a_browser_with_the_next_page(
    client: TestClient, kitchen: Store, path: str, fields: dict[str, str], piece: str, toast: str
) -> None:
    part = read(await post(client, path, fields))
    assert not part.whole
    assert piece in part.ids
    assert part.out_of_band["toasts"] == "beforeend"
    assert "unticked" in part.out_of_band
    assert toast in plain(part)
    kitchen.become(demo_store(lambda: NOON))
    response = await post(client, path, fields, BROWSER)
    assert response.status == 303
    assert (await client.get(response.header("location") or "")).status == 200


async def test_ticking(client: TestClient, kitchen: Store) -> None:
    item = kitchen.items()[0]
    part = read(await post(client, "/shopping", {"_action": "tick", "item": str(item.id)}))
    assert f"item-{item.id}" in part.ids
    assert "In the basket." in plain(part)
    lost = await post(client, "/shopping", {"_action": "tick", "item": "999"})
    assert (lost.status, lost.header("hx-retarget")) == (404, "#toasts")
    assert (await post(client, "/shopping", {"_action": "burn"})).status == 400


@pytest.mark.parametrize(
    ("path", "piece", "message"),
    [
        ("/recipes/new", "recipe-form", "The title is missing."),
        ("/recipes/1/edit", "recipe-form", "Write one ingredient on each line."),
        ("/recipes/1/notes", "note-form", "Write something first."),
        ("/shopping", "add", "What is missing?"),
    ],
)
async def test_what_is_wrong_with_a_form_is_shown(client: TestClient, path: str, piece: str, message: str) -> None:
    for headers in (HTMX, BROWSER):
        response = await post(client, path, {"minutes": "0"}, headers)
        page = read(response)
        assert response.status == 422
        assert page.whole is (headers is BROWSER)
        assert piece in page.ids
        assert message in plain(page)


async def test_a_recipe_from_beginning_to_end(client: TestClient, kitchen: Store) -> None:
    fields = {
        "title": "Toast",
        "minutes": "5",
        "serves": "1",
        "tags": "Quick, bread",
        "ingredients": "2 slices bread\n½ tsp salt\nbutter",
        "steps": "Toast it.\n\nButter it.",
        "hue": "plum",
    }
    made = await post(client, "/recipes/new", fields)
    path = made.header("location") or ""
    made_id = int(path.rpartition("/")[2])
    assert [one.name for one in kitchen.recipe(made_id).draft.ingredients] == ["slices bread", "salt", "butter"]
    assert (await post(client, f"{path}/edit", fields | {"title": "Better toast"})).status == 303
    assert "Better toast" in plain(read(await client.get(path)))
    kitchen.plan(date(2026, 11, 18), made_id)
    assert (await post(client, f"{path}/delete", {})).status == 303
    gone = await client.get(path)
    assert gone.status == 404
    assert "That is gone" in plain(read(gone))
    assert kitchen.day(date(2026, 11, 18)).recipe is None


async def test_a_note_is_removed(client: TestClient, kitchen: Store) -> None:
    first, second = kitchen.notes(1)
    response = await client.delete(f"/recipes/1/notes/{first.id}", headers=HTMX)
    assert read(response).out_of_band == {"note-count": "true"}
    assert (await post(client, f"/recipes/1/notes/{second.id}", {}, BROWSER)).status == 303
    assert kitchen.notes(1) == ()
    assert (await client.delete(f"/recipes/1/notes/{first.id}", headers=HTMX)).status == 404


async def test_the_theme_is_kept(client: TestClient) -> None:
    assert (await post(client, "/settings", {"theme": "dark"}, BROWSER)).status == 303
    assert 'data-theme="dark"' in (await client.get("/settings")).text


@pytest.mark.parametrize("path", ["/plan/tomorrow", "/tags/none", "/recipes/99", "/nowhere", "/recipes/1/pan"])
async def test_what_is_not_there(client: TestClient, path: str) -> None:
    whole = await client.get(path)
    assert (whole.status, read(whole).whole) == (404, True)
    part = await client.get(path, headers=HTMX)
    assert (part.status, part.header("hx-retarget")) == (404, "#toasts")


async def test_the_words() -> None:
    assert [words.amount(number) for number in (0, 0.5, 1.5, 2, 2.4, 160)] == ["", "½", "1½", "2", "2½", "160"]
    assert [words.minutes(number) for number in (5, 60, 135)] == ["5 min", "1 h", "2 h 15 min"]
    assert read_ingredient("½ tsp saffron") == Ingredient(0.5, "tsp", "saffron")
    assert read_ingredient("flat bread") == Ingredient(0, "", "flat bread")
    assert read_ingredient("2") == Ingredient(0, "", "2")


async def test_the_server_failing_is_said(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "recipes", None)
    answer = await client.get("/recipes")
    assert answer.status == 500
    assert "Something boiled over" in plain(read(answer))
