"""Both versions of htmx in a real browser: what is swapped, navigated, restored and refused."""

import pytest
from playwright.sync_api import Page, expect
from starlette.applications import Starlette
from starlette.routing import Mount

from chirp.htmx import SCRIPTS
from chirp.middleware import SecurityConfig, SecurityHeaders
from tests.browser.serving import Serve
from tests.browser.workshop import FRUIT, Version, Workshop, workshop

ERROR_EVENT = {2: "htmx:responseError", 4: "htmx:response:error"}


@pytest.fixture
def shop(version: Version) -> Workshop:
    return workshop(version)


@pytest.fixture
def origin(shop: Workshop, serve: Serve) -> str:
    return serve(shop.app)


def mark(page: Page) -> None:
    """So that `was_not_reloaded` can tell."""
    page.evaluate("window.marked = true")


def was_not_reloaded(page: Page) -> bool:
    return bool(page.evaluate("window.marked === true"))


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def link(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()


def test_the_tag_loads_and_configures_the_version(page: Page, origin: str, version: Version) -> None:
    page.goto(origin)
    assert str(page.evaluate("htmx.version")).startswith(f"{version}.")
    settings = page.evaluate("htmx.config")
    if version == 2:
        assert {"code": "[23]..|422", "swap": True} in settings["responseHandling"]
    else:
        assert settings["noSwap"] == [204, 304, 502, 503, 504]


# Swaps.


def test_a_fragment_replaces_its_target_alone(page: Page, origin: str, shop: Workshop, version: Version) -> None:
    page.goto(origin)
    mark(page)
    page.fill("#typed", "half a thought")
    button(page, "Part")
    expect(page.locator("#here")).to_have_text("fresh")
    expect(page.locator("#typed")).to_have_value("half a thought")
    assert was_not_reloaded(page)
    seen = shop.last("/part")
    assert (seen.htmx, seen.htmx4, seen.fragment) == (True, version == 4, True)
    assert (seen.boosted, seen.restore) == (False, False)
    assert (seen.target, seen.source, seen.current) == ("here", "get-part", f"{origin}/")


def test_letters_of_any_kind_in_ids_and_addresses(page: Page, origin: str, shop: Workshop) -> None:
    page.goto(f"{origin}/?q=%26+ü Ω")
    button(page, "Letters")
    expect(page.locator("#größe-Ω")).to_have_text("fresh")
    seen = shop.last("/part")
    assert (seen.target, seen.source) == ("größe-Ω", "knöpfe-Ω")
    assert seen.current == f"{origin}/?q=%26+%C3%BC%20%CE%A9"


def test_one_answer_updates_several_places(page: Page, origin: str) -> None:
    page.goto(origin)
    page.fill("[name=name]", "varnish")
    button(page, "Add")
    expect(page.locator("#count")).to_have_text("3 tasks")
    expect(page.locator("#rows > tr.task > td")).to_have_text(["sand", "paint", "varnish"])
    expect(page.locator("[name=name]")).to_have_value("")
    assert page.locator("#count, #form, #rows").count() == 3
    assert page.locator("template, hx-partial").count() == 0


def test_a_form_action_swaps_and_tells(page: Page, origin: str) -> None:
    page.goto(origin)
    page.evaluate("document.addEventListener('shelved', event => window.by = event.detail.by)")
    button(page, "Save")
    expect(page.locator("#here")).to_have_text("saved")
    page.wait_for_function("window.by === 'Noor'")
    assert page.url == f"{origin}/"


def test_a_form_action_without_fragments_leads_on(page: Page, origin: str) -> None:
    page.goto(origin)
    button(page, "Leave")
    expect(page.get_by_role("heading")).to_have_text("About")
    assert page.url == f"{origin}/about"


def test_an_action_changes_nothing_but_tells(page: Page, origin: str) -> None:
    page.goto(origin)
    page.evaluate("document.addEventListener('whispered', () => window.whispered = true)")
    button(page, "Quiet")
    page.wait_for_function("window.whispered")
    expect(page.locator("#here")).to_have_text("stale")


def test_fragments_around_an_action_arrive(page: Page, origin: str) -> None:
    page.goto(origin)
    button(page, "Quiet count")
    expect(page.locator("#count")).to_have_text("4 tasks")
    expect(page.locator("#here")).to_have_text("stale")


# Navigation and history.


def test_a_boosted_link_navigates_without_a_reload(page: Page, origin: str, shop: Workshop) -> None:
    page.goto(origin)
    mark(page)
    link(page, "About")
    expect(page.get_by_role("heading")).to_have_text("About")
    expect(page).to_have_title("About")
    expect(page.get_by_role("navigation")).to_have_count(1)
    assert page.url == f"{origin}/about"
    assert was_not_reloaded(page)
    assert (shop.last("/about").boosted, shop.last("/about").fragment) == (True, False)


def test_a_boosted_link_follows_a_redirect(page: Page, origin: str) -> None:
    page.goto(origin)
    link(page, "Moved")
    expect(page.get_by_role("heading")).to_have_text("About")
    expect(page.get_by_role("navigation")).to_have_count(1)


def test_back_and_forward_between_boosted_pages(page: Page, origin: str, shop: Workshop, version: Version) -> None:
    page.goto(origin)
    mark(page)
    link(page, "About")
    expect(page.get_by_role("heading")).to_have_text("About")
    page.go_back()
    expect(page.get_by_role("heading")).to_have_text("Home")
    expect(page.get_by_role("navigation")).to_have_count(1)
    page.go_forward()
    expect(page.get_by_role("heading")).to_have_text("About")
    expect(page.get_by_role("navigation")).to_have_count(1)
    assert was_not_reloaded(page)
    assert any(one.restore for one in shop.at("/")) == (version == 4), "htmx 2 keeps what it left"


def test_back_to_before_a_part_was_pushed(page: Page, origin: str, shop: Workshop) -> None:
    page.goto(f"{origin}/fruit")
    link(page, "With b")
    expect(page.locator("#found > li")).to_have_text(["banana", "blackberry"])
    assert page.url == f"{origin}/fruit?start=b"
    assert shop.last("/fruit?start=b").fragment
    page.go_back()
    expect(page.locator("#found > li")).to_have_text(list(FRUIT))
    page.go_forward()
    expect(page.locator("#found > li")).to_have_text(["banana", "blackberry"])
    expect(page.get_by_role("heading")).to_have_text("Fruit")
    expect(page.get_by_role("navigation")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("heading")).to_have_text("Fruit")
    expect(page.locator("#found > li")).to_have_text(["banana", "blackberry"])


def test_a_pushed_part_comes_back_as_a_page_from_elsewhere(page: Page, origin: str) -> None:
    """The browser's own cache has a part of the page under this address, and must not show it."""
    page.goto(f"{origin}/fruit")
    link(page, "With b")
    expect(page.locator("#found > li")).to_have_text(["banana", "blackberry"])
    page.goto(f"{origin}/gateway")
    page.go_back()
    expect(page.get_by_role("heading")).to_have_text("Fruit")
    expect(page.locator("#found > li")).to_have_text(["banana", "blackberry"])


def test_htmx_2_asks_for_the_page_it_has_not_kept(page: Page, serve: Serve) -> None:
    shop = workshop(2)
    origin = serve(shop.app)
    page.goto(f"{origin}/fruit")
    link(page, "With b")
    expect(page.locator("#found > li")).to_have_text(["banana", "blackberry"])
    page.evaluate("sessionStorage.removeItem('htmx-history-cache')")
    page.go_back()
    expect(page.locator("#found > li")).to_have_text(list(FRUIT))
    expect(page.get_by_role("heading")).to_have_text("Fruit")
    expect(page.get_by_role("navigation")).to_have_count(1)
    seen = shop.last("/fruit")
    assert (seen.htmx, seen.restore, seen.fragment) == (True, True, False)


# Failures.


def test_a_rejected_form_shows_its_errors(page: Page, origin: str) -> None:
    page.goto(origin)
    page.fill("[name=name]", "ab")
    button(page, "Add")
    expect(page.get_by_role("alert")).to_have_text("Three letters at least.")
    expect(page.locator("[name=name]")).to_have_value("ab")
    assert page.locator("#form").count() == 1
    page.fill("[name=name]", "polish")
    button(page, "Add")
    expect(page.locator("#count")).to_have_text("3 tasks")
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("kind", ["crash", "missing", "json", "document", "gateway"])
def test_a_failure_leaves_the_page_as_it_is(page: Page, origin: str, version: Version, kind: str) -> None:
    page.goto(origin)
    page.evaluate(f"document.addEventListener('{ERROR_EVENT[version]}', () => window.failed = true)")
    with page.expect_response(f"**/{kind}"):
        button(page, kind)
    page.wait_for_function("window.failed")
    button(page, "Quiet count")  # what comes after it finds the page in order
    expect(page.locator("#count")).to_have_text("4 tasks")
    expect(page.locator("#here")).to_have_text("stale")
    expect(page).to_have_title("Home")
    assert kind == "gateway" or page.url == f"{origin}/"


def test_a_failure_made_for_the_place_shows_there(page: Page, origin: str) -> None:
    page.goto(origin)
    button(page, "note")
    expect(page.locator("#here > .note")).to_have_text("It is gone.")
    expect(page.get_by_role("heading")).to_have_text("Home")


@pytest.mark.parametrize(("name", "text"), [("Crash", "Internal Server Error"), ("Document", "Gone for good")])
def test_a_boosted_link_shows_what_it_leads_to(page: Page, origin: str, name: str, text: str) -> None:
    page.goto(origin)
    link(page, name)
    expect(page.locator("body")).to_contain_text(text)
    expect(page.get_by_role("navigation")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("heading")).to_have_text("Home")


# Where the application stands.


def test_an_application_below_a_prefix(page: Page, serve: Serve, version: Version) -> None:
    shop = workshop(version)
    origin = serve(Starlette(routes=[Mount("/shop", shop.app)]))
    page.goto(f"{origin}/shop/about")
    assert str(page.evaluate("htmx.version")).startswith(f"{version}.")
    assert [one.path for one in shop.seen if "_chirp" in one.path] == [f"/shop{SCRIPTS[version].path}"]


def test_a_policy_that_trusts_the_nonce_alone(page: Page, serve: Serve, version: Version) -> None:
    shop = workshop(version)
    sources = {"script": "{nonce} 'strict-dynamic'", "style": "{nonce}", "connect": "'self'", "img": "data:"}
    strict = "; ".join(["default-src 'none'", *(f"{kind}-src {allowed}" for kind, allowed in sources.items())])
    shop.app.add_middleware(SecurityHeaders(SecurityConfig(content_security_policy=strict)))
    page.goto(serve(shop.app))
    button(page, "Part")
    expect(page.locator("#here")).to_have_text("fresh")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<i class=htmx-indicator>…</i>')")
    expect(page.locator(".htmx-indicator")).to_have_css("opacity", "0")
