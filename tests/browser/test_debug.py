"""The debug page in a real browser: over the page for htmx, and as a page, under its own content security policy."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from chirp import App, Template
from chirp.config import HtmxVersion
from tests.browser.serving import Serve
from tests.runtime.driver import make_app

INDEX = """<!doctype html>
<html lang="en"><head><title>Shop</title>{{ htmx() }}</head>
<body>
  <button hx-get="/boom" hx-target="#list" hx-select="#list" hx-swap="outerHTML" hx-push-url="true">Load</button>
  <a href="/boom" hx-boost="true">Go</a>
  <ul id="list"><li>one</li></ul>
</body></html>
"""


def broken(folder: Path, version: HtmxVersion) -> App:
    app = make_app(folder, {"index.html": INDEX, "boom.html": "<p>{{ titel }}</p>"}, debug=True, htmx=version)
    app.route("/")(lambda: Template("index.html"))
    app.route("/boom")(lambda: Template("boom.html", title="x"))
    return app


@pytest.fixture
def origin(tmp_path: Path, serve: Serve, version: HtmxVersion) -> str:
    return serve(broken(tmp_path, version))


def test_it_opens_over_the_page_and_closes(page: Page, origin: str) -> None:
    page.goto(origin)
    for _ in range(2):
        page.get_by_role("button", name="Load").click()
        told = page.get_by_role("dialog")
        expect(told.get_by_role("heading", name="UndefinedError")).to_be_visible()
        expect(told.get_by_text("did you mean title?")).to_be_visible()
        expect(page.locator("#list")).to_have_text("one")
        assert page.url == f"{origin}/"
        told.get_by_role("button", name="Close").click()
        expect(told).to_be_hidden()


def test_a_navigation_shows_it_as_a_page(page: Page, origin: str) -> None:
    page.goto(origin)
    page.get_by_role("link", name="Go").click()
    expect(page.get_by_role("heading", name="UndefinedError")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_style_sheet_is_let_in_and_it_fits_a_telephone(page: Page, origin: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto(f"{origin}/boom")
    paper = page.locator("main").evaluate("element => getComputedStyle(element).backgroundColor")
    assert paper == ("rgb(23, 22, 20)" if scheme == "dark" else "rgb(251, 250, 248)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
