"""Runtime and checker agree on clean code: every GET route of the clean examples renders, whatever asks for it."""

from collections.abc import Callable

import pytest

from benchmarks.mutants.scripts import SCRIPTS
from chirp import App
from chirp.testing import TestClient
from chirp_check.grammar.path import parse_path
from examples.ladle.app import create_app as create_ladle
from examples.notes.app import app as notes
from examples.tracker.app import create_app as create_tracker
from tests.examples.reading import BOOSTED, BROWSER, HTMX, read

APPS: dict[str, Callable[[], App]] = {"tracker": create_tracker, "ladle": create_ladle, "notes": lambda: notes}
MODES = {"full": BROWSER, "htmx": HTMX, "boosted": BOOSTED}


def urls_of_routes(app: App, name: str) -> dict[str, list[str]]:
    """Every path with a GET route, and the URLs of the example's script that fit it."""
    pages = SCRIPTS[name].pages
    routes = [route.path for route in app.describe().routes if "GET" in route.methods]
    return {path: [url for url in pages if _fits(path, url)] for path in routes}


def _fits(path: str, url: str) -> bool:
    return parse_path(path).match(url.partition("?")[0]) is not None


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", APPS)
@pytest.mark.asyncio
async def test_every_get_route_renders(name: str, mode: str) -> None:
    app = APPS[name]()
    asked = urls_of_routes(app, name)
    assert not [path for path, urls in asked.items() if not urls], "a route that no URL of the script leads to"
    async with TestClient(app) as client:
        for path, urls in asked.items():
            answers = [await client.get(url, headers=MODES[mode]) for url in urls]
            assert all(answer.status < 500 for answer in answers), path
            assert any(answer.status < 400 for answer in answers), path


@pytest.mark.parametrize("name", APPS)
@pytest.mark.asyncio
async def test_modes_differ_where_they_should(name: str) -> None:
    """A browser always gets a document; htmx gets pieces of most pages; what is boosted is never an empty answer."""
    pages = SCRIPTS[name].pages
    pieces = 0
    async with TestClient(APPS[name]()) as client:
        for url in pages:
            full = await client.get(url)
            if full.status != 200 or not full.content_type.startswith("text/html"):
                continue
            htmx, boosted = await client.get(url, headers=HTMX), await client.get(url, headers=BOOSTED)
            pieces += read(full).whole and not read(htmx).whole
            assert read(boosted).elements or not read(full).elements, url
    assert pieces >= 1
