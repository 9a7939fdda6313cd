"""Runtime and checker agree on clean code: every GET route of the clean examples renders, whatever asks for it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.mutants.scripts import SCRIPTS
from chirp import App
from chirp.testing import TestClient
from chirp_check.grammar.path import parse_path
from examples.ladle.app import create_app as create_ladle
from examples.notes.app import app as notes
from examples.shed.app import create_app as create_shed
from examples.shed.store import Store
from examples.tracker.app import create_app as create_tracker
from examples.wall.app import create_app as create_wall
from examples.wall.log import MemoryLog
from tests.examples import test_shed, test_wall
from tests.examples.reading import BOOSTED, BROWSER, HTMX, read
from tests.examples.visitor import Visitor

APPS: dict[str, Callable[[Path], App]] = {
    "tracker": lambda _: create_tracker(),
    "ladle": lambda _: create_ladle(),
    "notes": lambda _: notes,
    "shed": lambda folder: create_shed(Store(folder / "shed.sqlite")),
    "wall": lambda _: create_wall(MemoryLog()),
}
PAGES: dict[str, tuple[str, ...]] = {
    "shed": (*(path for path, *_ in test_shed.PAGES), *test_shed.OTHERS),
    "wall": (*(path for path, *_ in test_wall.PAGES), *test_wall.OTHERS),
}
ENDLESS = {"/walls/{wall}/stream"}
"""Routes whose answers do not end; `test_wall.py` reads them."""
MODES = {"full": BROWSER, "htmx": HTMX, "boosted": BOOSTED}


def pages_of(name: str) -> tuple[str, ...]:
    """What is asked of an example."""
    return PAGES[name] if name in PAGES else SCRIPTS[name].pages


async def enter(client: TestClient, name: str) -> None:
    """Say who asks, where that matters."""
    if name == "shed":
        await Visitor(client).submit("/enter", "/enter", {"member": "1"})


def urls_of_routes(app: App, name: str) -> dict[str, list[str]]:
    """Every path with a GET route, and the URLs of the example's script that fit it."""
    pages = pages_of(name)
    routes = [route.path for route in app.describe().routes if "GET" in route.methods and route.path not in ENDLESS]
    return {path: [url for url in pages if _fits(path, url)] for path in routes}


def _fits(path: str, url: str) -> bool:
    return parse_path(path).match(url.partition("?")[0]) is not None


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", APPS)
@pytest.mark.asyncio
async def test_every_get_route_renders(name: str, mode: str, tmp_path: Path) -> None:
    app = APPS[name](tmp_path)
    asked = urls_of_routes(app, name)
    assert not [path for path, urls in asked.items() if not urls], "a route that no URL of the script leads to"
    async with TestClient(app) as client:
        await enter(client, name)
        for path, urls in asked.items():
            answers = [await client.get(url, headers=MODES[mode]) for url in urls]
            assert all(answer.status < 500 for answer in answers), path
            assert any(answer.status < 400 for answer in answers), path


@pytest.mark.parametrize("name", APPS)
@pytest.mark.asyncio
async def test_modes_differ_where_they_should(name: str, tmp_path: Path) -> None:
    """A browser always gets a document; htmx gets pieces of most pages; what is boosted is never an empty answer."""
    pages = [url for url in pages_of(name) if not any(_fits(path, url) for path in ENDLESS)]
    pieces = 0
    async with TestClient(APPS[name](tmp_path)) as client:
        await enter(client, name)
        for url in pages:
            full = await client.get(url)
            if full.status != 200 or not full.content_type.startswith("text/html"):
                continue
            htmx, boosted = await client.get(url, headers=HTMX), await client.get(url, headers=BOOSTED)
            pieces += read(full).whole and not read(htmx).whole
            assert read(boosted).elements or not read(full).elements, url
    assert pieces >= 1
