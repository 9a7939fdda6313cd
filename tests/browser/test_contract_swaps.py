"""The page that a client with `contract=True` keeps is the one that a browser shows, under htmx 2 and 4."""

import asyncio
import json
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TookTooLong

from chirp import App
from chirp.contract.dom import Node
from chirp.testing import ContractMismatch, TestClient
from tests.browser.serving import Serve
from tests.browser.workshop import Version
from tests.harness.http import imported

PAGE = """<!doctype html>
<html><head>{{ htmx() }}<link rel="icon" href="data:,"></head><body><main id="main">{{ button | safe }}
<ul id="list"><li id="a">a</li><li id="b">b<p>in b<li id="c">c</ul>
<table id="table"><tbody id="rows"><tr id="row"><td>1<td>2</table>
<p id="note">note</p></main></body></html>
"""
APP = """
from chirp import App, AppConfig, Request, Response, Template

app = App(AppConfig(htmx={version}))


@app.route("/{{case:int}}")
def home(case: int):
    return Template("home.html", button=f'<button id="ask" hx-get="/answer/{{case}}" {{SWAPS[case][0]}}>Ask</button>')


@app.route("/answer/{{case:int}}")
def answer(case: int):
    return SWAPS[case][1]


SWAPS = {swaps!r}
"""
ROW = '<li id="d">d</li>'
SWAPS: dict[str, tuple[str, str]] = {
    # attributes of the button, and the answer
    "inner": ('hx-target="#list"', ROW),
    "outer": ('hx-target="#list" hx-swap="outerHTML"', '<ol id="list"><li>d</ol>'),
    "before its start": ('hx-target="#list" hx-swap="beforebegin"', "<b>before</b>"),
    "at its start": ('hx-target="#list" hx-swap="afterbegin"', ROW),
    "at its end": ('hx-target="#list" hx-swap="beforeend"', ROW + ROW.replace("d", "e")),
    "behind its end": ('hx-target="#list" hx-swap="afterend"', "<b>after</b>text"),
    "deleted": ('hx-target="#list" hx-swap="delete"', "<b>whatever</b>"),
    "nothing": ('hx-target="#list" hx-swap="none"', "<b>whatever</b>"),
    "itself": ("", "in the button"),
    "around it": ('hx-target="closest main" hx-swap="beforeend"', "<b>end</b>"),
    "the next": ('hx-target="next li"', "first"),
    "selected": ('hx-target="#list" hx-select="li"', f"<p>not this</p>{ROW}"),
    "a row": ('hx-target="#rows" hx-swap="beforeend"', '<tr id="row-2"><td>3<td>4</tr>'),
    "out of band": ('hx-target="#list"', f'{ROW}<p id="note" hx-swap-oob="true">new</p>'),
    "out of band, inside": ('hx-target="#list"', f'{ROW}<div id="note" hx-swap-oob="innerHTML"><i>new</i></div>'),
    "out of band, elsewhere": (
        'hx-target="#list"',
        f'{ROW}<div hx-swap-oob="beforeend:#note"><i>new</i></div>',
    ),
    "out of band, for nobody": ('hx-target="#list"', f'{ROW}<p id="nobody" hx-swap-oob="true">new</p>'),
    "out of band alone": ('hx-target="#list"', '<p id="note" hx-swap-oob="true">new</p>'),
    "a part of its own": (
        'hx-target="#list"',
        f'{ROW}<hx-partial hx-target="#note" hx-swap="outerHTML"><p id="note">part</p></hx-partial>',
    ),
    "a document": (
        'hx-target="#list"',
        "<!doctype html><html><head><title>t</title></head><body><b>b</b></body></html>",
    ),
    "text": ('hx-target="#note" hx-swap="textContent"', "a &amp; b"),
}
OUTLINE = """node => {
  const of = one => one.nodeType === 3 ? one.data.trim() && [one.data.trim()] : one.nodeType !== 1 ? "" :
    [one.localName, one.id, ...[...one.childNodes].map(of).filter(Boolean)];
  return JSON.stringify(of(node));
}"""


@pytest.fixture
def made(version: Version, tmp_path: Path) -> Generator[App]:
    text = APP.format(version=version, swaps=list(SWAPS.values()))
    with imported({"app.py": text, "templates/home.html": PAGE}, tmp_path) as app:
        assert isinstance(app, App), app
        yield app


def outline(node: Node | str) -> Any:
    """An element with what it holds, as the script in the page says it."""
    if isinstance(node, str):
        return [node.strip()] if node.strip() else ""
    inner = [said for child in node.children if (said := outline(child))]
    return [node.tag, node.id or "", *inner]


async def expected(app: App) -> list[Any]:
    """The body that the client has after the request of each case."""
    found: list[Any] = []
    async with TestClient(app, contract=True) as client:
        for case, name in enumerate(SWAPS):
            await client.get(f"/{case}")
            with suppress(ContractMismatch):  # what is wrong with an answer is not asked here
                await client.get(f"/answer/{case}", headers={"HX-Request": "true"})
            assert not client.page.open, name
            found.append(outline(client.page.find("body")))
    return found


def test_the_page_is_the_same(page: Page, serve: Serve, made: App) -> None:
    with ThreadPoolExecutor(1) as threads:
        pages = threads.submit(asyncio.run, expected(made)).result()
    origin = serve(made)
    for case, (name, wanted) in enumerate(zip(SWAPS, pages, strict=True)):
        page.goto(f"{origin}/{case}")
        page.click("#ask")
        try:
            page.wait_for_function(f"wanted => ({OUTLINE})(document.body) === JSON.stringify(wanted)", arg=wanted)
        except TookTooLong:
            shown = json.loads(page.locator("body").evaluate(OUTLINE))
            assert shown == wanted, name
