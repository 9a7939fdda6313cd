"""The page of `chirp-check map` in a browser, from a file: it says nothing wrong, finds, shows, and is used by keys."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from benchmarks.check.project import project
from chirp_check import cli

ROOT = Path(__file__).resolve().parent.parent.parent
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of the map of an example."""
    file = tmp_path_factory.mktemp("map") / "map.html"
    assert cli.main(["map", str(ROOT / "examples/tracker"), "-o", str(file)]) == 0
    return file.as_uri()


@pytest.fixture
def window(chromium: Browser) -> Generator[Page]:
    """A window without a network. Whatever the page complains of fails the test."""
    context = chromium.new_context(viewport=WIDE, offline=True, reduced_motion="reduce")
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda one: said.append(f"{one.type}: {one.text}"))
    page.on(
        "request", lambda one: said.append(one.url) if not one.url.startswith(("file:", "data:", "blob:")) else None
    )
    yield page
    context.close()
    assert said == []


def opened(window: Page, url: str) -> Page:
    window.goto(url)
    window.locator("html[data-ready]").wait_for()
    return window


def test_it_shows_the_application(window: Page, tracker: str) -> None:
    page = opened(window, tracker)
    expect(page.locator("h1")).to_have_text("tracker")
    expect(page.locator("#counts")).to_have_text("49 routes · 29 templates · no findings")
    expect(page.locator("#list .item .name", has_text="dashboard.html")).to_be_visible()
    drawn = page.evaluate("View.places()")
    assert {"route:GET /", "template:examples/tracker/templates/dashboard.html"} <= drawn.keys()
    room = page.locator("#graph").bounding_box()
    assert room is not None
    for at in drawn.values():  # all of it is in view
        assert 0 <= at["x"] <= room["width"]
        assert 0 <= at["y"] <= room["height"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("/labels/check", "route:GET /labels/check"),
        ("old_home", "route:GET /dashboard"),
        ("projects/board.html page", None),
        ("projects/board.html", "template:examples/tracker/templates/projects/board.html"),
        ("#comment-count", "region:examples/tracker/templates/tasks/show.html#comment-count"),
        ("DELETE labels", "route:DELETE /labels/{id:int}"),
    ],
)
def test_search(window: Page, tracker: str, words: str, found: str | None) -> None:
    page = opened(window, tracker)
    page.keyboard.press("/")
    page.keyboard.type(words)
    items = page.locator("#list .item")
    if found is None:
        expect(page.locator("#list")).to_have_text("Nothing is called so.")
        return
    expect(page.locator(f'#list .item[data-id="{found}"]')).to_be_visible()
    assert items.count() < 12


def test_details_of_what_is_clicked_on_the_map(window: Page, tracker: str) -> None:
    page = opened(window, tracker)
    at = page.evaluate("View.places()")["route:GET /labels/check"]
    page.locator("#graph").click(position=at)
    panel = page.locator("#panel")
    expect(panel.locator("h2")).to_have_text("GET /labels/check")
    expect(panel).to_contain_text("examples/tracker/views/labels.py:")
    expect(panel).to_contain_text("labels/index.html · name_hint")
    expect(panel).to_contain_text("Its answer goes into")
    panel.get_by_role("button", name="labels/index.html · #label-hint").click()
    expect(panel.locator("h2")).to_have_text("#label-hint")
    expect(panel).to_contain_text("Takes answers of")
    page.go_back()
    expect(panel.locator("h2")).to_have_text("GET /labels/check")


def test_lines_that_two_things_share_keep_their_looks(window: Page, tracker: str) -> None:
    page = opened(window, tracker)
    for path in ("/dashboard", "/"):  # the first redirects to the second
        page.locator(f'#list .item[data-id="route:GET {path}"]').click()
        expect(page.locator("#panel h2")).to_have_text(f"GET {path}")
    widths = page.evaluate("View.widths()")
    assert widths
    assert max(widths) < 4


def test_one_thing_and_its_neighbours(window: Page, tracker: str) -> None:
    page = opened(window, f"{tracker}#route%3AGET%20%2Flabels%2Fcheck")
    page.get_by_role("button", name="Show only this and its neighbours").click()
    expect(page.locator("#scope span")).to_have_text("GET /labels/check and its neighbours")
    shown = page.evaluate("Object.keys(View.places())")
    assert "block:examples/tracker/templates/labels/index.html#name_hint" in shown
    assert "route:GET /activity" not in shown
    page.keyboard.press("Escape")
    expect(page.locator("#scope")).to_be_hidden()
    assert "route:GET /activity" in page.evaluate("Object.keys(View.places())")


def test_filters(window: Page, tracker: str) -> None:
    page = opened(window, tracker)
    page.locator("#filters").get_by_role("button", name="Regions").click()
    expect(page.locator("#list .method.region").first).to_be_visible()
    expect(page.locator("#list .method.get")).to_have_count(0)
    page.locator("#filters").get_by_role("button", name="Regions").click()
    page.get_by_role("button", name="Only findings").click()
    expect(page.locator("#list")).to_have_text("No findings.")


def test_keys(window: Page, tracker: str) -> None:
    page = opened(window, tracker)
    page.keyboard.press("/")
    page.keyboard.type("activity")
    expect(page.locator("#list .item").first).to_contain_text("activity")  # the list follows the typing
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    second = page.locator("#list .item").nth(1)
    expect(second).to_have_attribute("aria-current", "true")
    expect(page.locator("#panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    page.locator("#graph").focus()
    page.keyboard.press("0")
    before = page.evaluate("View.places()")["route:GET /"]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    assert page.evaluate("View.places()")["route:GET /"] != before
    page.keyboard.press("0")
    assert page.evaluate("View.places()")["route:GET /"] == before


def test_a_phone_gets_the_list_first(window: Page, tracker: str) -> None:
    window.set_viewport_size(PHONE)
    page = opened(window, tracker)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.locator("#list .item").first).to_be_visible()
    expect(page.locator("#graph")).not_to_be_visible()
    page.locator("#list .item").first.click()
    expect(page.locator("#panel h2")).to_have_text("GET /")
    page.get_by_role("button", name="Show on the map").click()
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator("#graph")).to_be_visible()
    page.get_by_role("button", name="List", exact=True).click()
    expect(page.locator("#list .item").first).to_be_visible()


def test_light_and_dark(window: Page, tracker: str) -> None:
    page = opened(window, tracker)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.locator("#theme").click()
    assert page.evaluate(ground) != light


def test_findings_stand_out(window: Page, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/home.html").write_text("<i>&lt;b>{% block list %}{% end %}</i>")
    (tmp_path / "app.py").write_text(
        "from chirp import App, Fragment\n\napp = App()\n\n\n"
        '@app.route("/<b>")\ndef home():\n    return Fragment("home.html", "lsit")\n'
    )
    assert cli.main(["map", str(tmp_path), "-o", str(tmp_path / "map.html")]) == 0
    page = opened(window, (tmp_path / "map.html").as_uri())
    page.get_by_role("button", name="Only findings").click()
    page.locator("#list .item", has_text="/<b>").click()
    expect(page.locator("#panel .finding.error")).to_contain_text("`home.html` has no block `lsit`")
    expect(page.locator("#panel .finding.error")).to_contain_text("did you mean `list`?")


def test_five_hundred_routes(window: Page, tmp_path: Path) -> None:
    for name, text in project(280).items():
        file = tmp_path / "site" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert cli.main(["map", str(tmp_path / "site"), "-o", str(tmp_path / "map.html")]) == 0
    page = opened(window, (tmp_path / "map.html").as_uri())
    data = json.loads(page.locator("#data").text_content() or "")
    routes = [one["id"] for one in data["nodes"] if one["kind"] == "route"]
    assert len(routes) > 500
    assert set(routes) <= set(page.evaluate("Object.keys(View.places())"))
    page.locator("#search").fill(data["nodes"][-1]["label"])
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_be_visible()
