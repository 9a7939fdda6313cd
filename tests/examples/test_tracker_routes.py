"""Every route and method of the tracker answers every kind of client, and in the form that client can use."""

import pytest

from chirp.http.response import Response
from chirp.testing import TestClient
from examples.tracker.app import create_app
from examples.tracker.seed import demo_store
from examples.tracker.store import Store
from tests.examples.reading import BOOSTED, BROWSER, HTMX, read

PERSON = {"name": "Femi Cole", "email": "femi@perch.example", "role": "Sales"}
PROJECT = {"name": "Garden", "key": "gar", "lead": "2", "hue": "lime"}

# method, path, form, then what a browser and htmx get:
# page = a whole document, piece = a part of one, away = a redirect, data = no HTML, none = an empty body
ROUTES: tuple[tuple[str, str, dict[str, str], str, str], ...] = (
    ("GET", "/", {}, "page", "piece"),
    ("GET", "/activity", {}, "page", "piece"),
    ("GET", "/search", {}, "page", "piece"),
    ("POST", "/switch", {"person": "2"}, "away", "away"),
    ("GET", "/dashboard", {}, "away", "away"),
    ("GET", "/projects", {}, "page", "piece"),
    ("GET", "/projects/new", {}, "page", "page"),
    ("POST", "/projects/new", PROJECT, "away", "away"),
    ("GET", "/projects/1", {}, "page", "piece"),
    ("GET", "/projects/1/board", {}, "page", "piece"),
    ("GET", "/projects/1/counts", {}, "piece", "piece"),
    ("POST", "/projects/1/tasks", {"title": "Water the plants"}, "away", "piece"),
    ("GET", "/projects/1/settings", {}, "page", "page"),
    ("POST", "/projects/1/settings", PROJECT | {"intent": "details"}, "away", "piece"),
    ("GET", "/tasks", {}, "page", "piece"),
    ("GET", "/tasks.csv", {}, "data", "data"),
    ("GET", "/tasks/1", {}, "page", "piece"),
    ("GET", "/tasks/1/edit", {}, "page", "piece"),
    ("POST", "/tasks/1", {"title": "Other"}, "away", "piece"),
    ("PUT", "/tasks/1", {"title": "Other"}, "away", "piece"),
    ("DELETE", "/tasks/1", {}, "none", "piece"),
    ("GET", "/tasks/1/delete", {}, "page", "page"),
    ("POST", "/tasks/1/delete", {}, "away", "away"),
    ("POST", "/tasks/1/toggle", {}, "away", "piece"),
    ("POST", "/tasks/1/status", {"status": "done"}, "away", "piece"),
    ("PATCH", "/tasks/1/status", {"status": "done"}, "away", "piece"),
    ("POST", "/tasks/1/move", {"status": "done"}, "away", "piece"),
    ("PATCH", "/tasks/1/move", {"status": "done"}, "away", "piece"),
    ("PUT", "/tasks/1/draft", {"body": "Half"}, "none", "none"),
    ("GET", "/tasks/1/draft", {}, "none", "none"),
    ("POST", "/tasks/1/comments", {"body": "Yes."}, "away", "piece"),
    ("GET", "/comments/2", {}, "piece", "piece"),
    ("GET", "/comments/2/edit", {}, "page", "piece"),
    ("POST", "/comments/2/edit", {"body": "No."}, "away", "piece"),
    ("PUT", "/comments/2/edit", {"body": "No."}, "away", "piece"),
    ("DELETE", "/comments/2", {}, "none", "piece"),
    ("GET", "/comments/2/delete", {}, "page", "page"),
    ("POST", "/comments/2/delete", {}, "away", "away"),
    ("GET", "/people", {}, "page", "piece"),
    ("POST", "/people", PERSON, "away", "piece"),
    ("GET", "/people/1", {}, "page", "piece"),
    ("GET", "/settings", {}, "page", "page"),
    ("POST", "/settings", PERSON | {"intent": "profile"}, "away", "piece"),
    ("GET", "/health", {}, "data", "data"),
    ("GET", "/api/status", {}, "data", "data"),
    ("GET", "/api/tasks", {}, "data", "data"),
    ("GET", "/api/tasks/1", {}, "data", "data"),
    ("GET", "/labels", {}, "page", "piece"),
    ("POST", "/labels", {"name": "garden"}, "away", "piece"),
    ("GET", "/labels/check", {}, "data", "data"),
    ("GET", "/labels/1", {}, "piece", "piece"),
    ("POST", "/labels/1", {"name": "garden"}, "away", "piece"),
    ("PUT", "/labels/1", {"name": "garden"}, "away", "piece"),
    ("DELETE", "/labels/1", {}, "none", "piece"),
    ("GET", "/labels/1/edit", {}, "page", "piece"),
    ("GET", "/labels/1/delete", {}, "page", "page"),
    ("POST", "/labels/1/delete", {}, "away", "away"),
)


def form_of(response: Response) -> str:
    """What kind of answer a response is, in the words of the table."""
    if response.header("location"):
        return "away"
    if not response.text.strip():
        return "none"
    markup = read(response)
    if markup.whole:
        return "page"
    return "piece" if markup.elements else "data"


def test_the_table_has_every_route() -> None:
    declared = {(method, route.path) for route in create_app().describe().routes for method in route.methods}
    listed = {(method, path.replace("/1", "/{id:int}").replace("/2", "/{id:int}")) for method, path, *_ in ROUTES}
    assert listed == declared
    assert len(ROUTES) == len(declared)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("method", "path", "form", "browser", "htmx"), ROUTES)
async def test_a_route_answers_everybody(
    client: TestClient, store: Store, method: str, path: str, form: dict[str, str], browser: str, htmx: str
) -> None:
    for headers, expected in ((BROWSER, browser), (HTMX, htmx)):
        response = await client.request(method, path, data=form or None, headers=headers)
        assert (response.status < 400, form_of(response)) == (True, expected)
        client.cookies.clear()
        store.become(demo_store(store.clock))
    boosted = await client.request(method, path, data=form or None, headers=BOOSTED)
    assert boosted.status < 400
    if "page" in (browser, htmx):
        assert form_of(boosted) == "page"
