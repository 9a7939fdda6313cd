"""`chirp run --contract` in a real browser: what does not agree is shown in the page, under htmx 2 and 4."""

import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from chirp import App
from chirp.contract.live import ContractApp
from tests.browser.serving import Serve
from tests.browser.workshop import Version
from tests.contract_live.making import APP, saying, with_more
from tests.harness.http import imported

type Open = Callable[..., tuple[str, Any]]
"""Serves the project with more in its page and, if given, in its application; the origin and the module."""

LIST = '<ul id="list"><li>a</li><li>b</li></ul>'


@pytest.fixture
def opened(serve: Serve, version: Version, tmp_path: Path) -> Generator[Open]:
    with ExitStack() as stack:

        def open_it(body: str, more: str = "") -> tuple[str, Any]:
            files = {**with_more(body), "app.py": APP.replace("htmx=2", f"htmx={version}") + more}
            app = stack.enter_context(imported(files, tmp_path))
            assert isinstance(app, App), app
            return serve(ContractApp(app)), sys.modules["app"]

        yield open_it


def test_an_answer_that_the_text_does_not_say(page: Page, opened: Open) -> None:
    origin, module = opened("")
    page.goto(origin)
    page.click("#more")
    expect(page.locator("#list li")).to_have_count(3)
    expect(page.locator("chirp-contract")).to_have_count(0)
    module.TEMPLATE = "other.html"
    page.locator("#add").evaluate("form => form.requestSubmit()")
    shown = page.locator("chirp-contract li")
    expect(shown).to_have_count(2)
    expect(shown.first).to_contain_text("unexpected-answer in the answer of add, the template is other.html")
    expect(shown.first).to_contain_text("POST /items")
    expect(shown.first).to_contain_text("app.py:31:12")
    expect(shown.last).to_contain_text("after the swap the page has no #list")
    expect(page.get_by_role("status")).to_have_text("The contract does not hold, 2 times")
    page.get_by_role("button", name="Close").click()
    expect(page.locator("chirp-contract")).to_have_count(0)


def test_a_target_that_is_not_there(page: Page, opened: Open) -> None:
    origin, _ = opened("""<button id="ask" hx-get="/more" hx-target="{{ '#n' ~ count }}">Ask</button>""")
    page.goto(origin)
    page.click("#ask")
    shown = page.locator("chirp-contract li")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("asks for #n2, and the page / has no such element")
    expect(shown).to_contain_text("templates/home.html:2:")


def test_an_id_twice_after_a_swap(page: Page, opened: Open) -> None:
    more = '\n\n@app.route("/again")\ndef again():\n    return input("")\n'
    origin, module = opened('<button id="again" hx-get="/again" hx-target="#list">Again</button>', more)
    module.input = saying(LIST)
    page.goto(origin)
    page.click("#again")
    shown = page.locator("chirp-contract li")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("the page has the id list 2 times")
    expect(shown).to_contain_text('replace the element: hx-swap="outerHTML"')
    expect(page.locator("#list #list")).to_have_count(1)  # it is as the message says


def test_a_part_for_an_element_that_is_nowhere(page: Page, opened: Open) -> None:
    body = '<button id="both" hx-post="/both" hx-target="#list" hx-swap="outerHTML">Both</button>'
    origin, module = opened(body, "\n\nTARGET = input\n")
    module.TARGET = "nva"
    page.goto(origin)
    page.click("#both")
    expect(page.locator("chirp-contract li")).to_contain_text(["a part of the answer is for #nva"])


def test_a_url_on_a_page_that_nobody_answers(page: Page, opened: Open) -> None:
    origin, _ = opened("<b hx-get=\"{{ '/no' ~ count }}\">No</b>")
    page.goto(origin)
    shown = page.locator("chirp-contract li")
    expect(shown).to_contain_text(['unrouted-url <b hx-get="/no2"> asks for GET /no2'])


@pytest.mark.parametrize(
    ("policy", "path"),
    [
        ("", "/"),
        ("script-src {nonce}; connect-src 'none'", "/"),
        ("default-src 'self'; script-src 'strict-dynamic' {nonce}; style-src 'unsafe-inline'", "/"),
        ("default-src 'none'; img-src data:", "/bare"),
    ],
)
def test_a_content_security_policy_lets_it_run(page: Page, opened: Open, policy: str, path: str) -> None:
    """Whatever the policy stops on the page fails the test, too."""
    asked = f'SecurityConfig(content_security_policy="{policy}")' if policy else ""
    more = f"""

from chirp.middleware import SecurityConfig, SecurityHeaders

app.add_middleware(SecurityHeaders({asked}))


@app.route("/bare")
def bare():
    return '<!doctype html><html><head><link rel="icon" href="data:,"></head><body><b hx-get="/no2">No</b>'
"""
    origin, _ = opened("<b hx-get=\"{{ '/no' ~ count }}\">No</b>", more)
    page.goto(origin + path)
    expect(page.locator("chirp-contract li")).to_contain_text(["unrouted-url"])
