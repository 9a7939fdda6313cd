"""What fills in late, arrives by itself, is sent as a file or guarded, in a real browser with both versions of htmx."""

from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import Serve
from tests.browser.workshop import Version
from tests.browser.workshop.live import Live, live_app


@pytest.fixture
def live(version: Version) -> Live:
    return live_app(version)


@pytest.fixture
def origin(live: Live, serve: Serve) -> Generator[str]:
    yield serve(live.app)
    for gate in live.gates.values():
        gate.set()
    live.news.put("end")


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


# Suspense.


def test_a_shell_shows_at_once_and_its_blocks_as_they_come(page: Page, live: Live, origin: str) -> None:
    page.goto(f"{origin}/dashboard", wait_until="commit")
    expect(page.get_by_role("heading")).to_have_text("Dashboard")
    expect(page.locator("#orders")).to_have_text("counting")
    expect(page.locator("#weather")).to_have_text("looking out")
    live.gates["weather"].set()
    expect(page.locator("#weather")).to_have_text("sunny")
    expect(page.locator("#orders")).to_have_text("counting")
    live.gates["orders"].set()
    expect(page.locator("#orders")).to_have_text("12 orders More")
    page.wait_for_load_state()
    assert page.locator("body template, body script").count() == 0
    assert page.locator("#orders, #weather").count() == 2
    button(page, "More")  # htmx is at work in what came late
    expect(page.get_by_role("heading")).to_have_text("Upload")


@pytest.mark.parametrize("role", ["link", "button"])
def test_htmx_gets_the_whole_of_it(page: Page, live: Live, origin: str, role: str) -> None:
    page.goto(origin)
    with page.expect_request("**/dashboard"):
        page.get_by_role("link", name="Dashboard").click() if role == "link" else button(page, "Here")
    for gate in live.gates.values():
        gate.set()
    expect(page.get_by_role("heading")).to_have_text("Dashboard")
    expect(page.locator("#orders")).to_have_text("12 orders More")
    expect(page.locator("#weather")).to_have_text("sunny")
    assert page.locator("body template, body script").count() == 0
    button(page, "More")
    expect(page.get_by_role("heading")).to_have_text("Upload")


# Server-sent events.


def test_events_are_appended_while_the_page_is_open(page: Page, live: Live, origin: str) -> None:
    page.goto(f"{origin}/news")
    items = page.locator("#news > li")
    live.news.put("a ship <b>came</b>")
    expect(items).to_have_text(["a ship <b>came</b>"])
    live.news.put("it left")
    expect(items).to_have_text(["a ship <b>came</b>", "it left"])
    assert not live.listeners_gone.is_set()
    live.news.put("end")
    assert live.listeners_gone.wait(30)
    expect(items).to_have_count(2)


def test_events_also_arrive_on_a_page_that_was_navigated_to(page: Page, live: Live, origin: str) -> None:
    page.goto(origin)
    page.get_by_role("link", name="News").click()
    expect(page.get_by_role("heading")).to_have_text("News")
    live.news.put("a ship came")
    expect(page.locator("#news > li")).to_have_text(["a ship came"])


def test_a_broken_stream_is_taken_up_where_it_broke(page: Page, origin: str) -> None:
    page.goto(f"{origin}/ticker")
    expect(page.locator("#ticks > li")).to_have_text(["1", "2"])


# Files.


def test_a_file_is_uploaded_by_htmx(page: Page, live: Live, origin: str, tmp_path: Path) -> None:
    content = bytes(range(256)) * 5000
    photo = tmp_path / "Über see.png"
    photo.write_bytes(content)
    page.goto(f"{origin}/upload")
    page.set_input_files("[name=photo]", photo)
    button(page, "Send")
    expect(page.locator("#kept")).to_have_text("Über see.png: 1280000 bytes")
    assert live.received == [content]
    assert page.url == f"{origin}/upload"


# Guards.


def test_a_boosted_form_with_a_token_passes_and_flashes_once(page: Page, origin: str) -> None:
    page.goto(f"{origin}/wishes")
    page.fill("[name=wish]", "a boat")
    button(page, "Wish")
    expect(page.get_by_role("status")).to_have_text("It is written down.")
    expect(page.locator("#list > li")).to_have_text(["a boat"])
    page.reload()
    expect(page.get_by_role("status")).to_have_count(0)
    page.fill("[name=wish]", "a pier")
    button(page, "Wish")
    expect(page.get_by_role("status")).to_have_text("It is written down.")
    expect(page.locator("#list > li")).to_have_text(["a boat", "a pier"])


def test_a_token_in_a_header_passes_too(page: Page, origin: str) -> None:
    page.goto(f"{origin}/wishes")
    page.fill("[name=wish]", "a boat")
    button(page, "Wish")
    expect(page.locator("#list > li")).to_have_count(1)
    button(page, "Clear")
    expect(page.locator("#list > li")).to_have_count(0)
    expect(page.get_by_role("heading")).to_have_text("Wishes")


def test_a_form_without_a_token_is_refused_and_says_so(page: Page, origin: str) -> None:
    page.goto(f"{origin}/wishes")
    with page.expect_response("**/wishes") as answer:
        button(page, "Forge")
    assert answer.value.status == 403
    expect(page.locator("body")).to_contain_text("this form is out of date")
    page.goto(f"{origin}/wishes")
    expect(page.locator("#list > li")).to_have_count(0)


def test_the_guards_stop_nothing_that_is_ours(page: Page, origin: str) -> None:
    """The policy for content lets htmx load and work; `page` fails the test when it stops something."""
    page.goto(f"{origin}/wishes")
    policy = page.request.get(f"{origin}/wishes").headers["content-security-policy"]
    assert "script-src 'self' 'nonce-" in policy
    assert page.evaluate("htmx.version")
