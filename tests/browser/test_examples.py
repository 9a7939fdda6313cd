"""The examples as a person uses them, on a desktop and on a phone, with both versions of htmx."""

import sys
import time
from collections.abc import Callable, Generator
from importlib import import_module, reload
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from chirp import App
from tests.browser.moved import APPS, PACKAGE, move
from tests.browser.serving import Serve
from tests.browser.workshop import Version

# The longest words and widest rows of each example.
PAGES = [
    *(("notes", path) for path in ("/", "/notes/1/edit")),
    *(("ladle", path) for path in ("/", "/recipes", "/recipes/1", "/recipes/1/edit", "/recipes/1/cook", "/plan")),
    *(("shed", path) for path in ("/", "/enter", "/things", "/things/1", "/loans", "/members", "/nowhere")),
    *(("wall", path) for path in ("/", "/walls/kitchen", "/nowhere")),
    *(("ladle", path) for path in ("/shopping", "/tags", "/search?q=a", "/nowhere")),
    *(("tracker", path) for path in ("/", "/projects", "/projects/1", "/projects/1/board", "/projects/1/settings")),
    *(("tracker", path) for path in ("/tasks", "/tasks/1", "/tasks/1/edit", "/labels", "/people", "/nowhere")),
]


type Example = Callable[[str], App]


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """The folder of a package with the examples for htmx 4, each made when it is asked for."""
    folder = tmp_path_factory.mktemp("examples")
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in [one for one in sys.modules if one.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def example(version: Version, moved: Path, tmp_path: Path) -> Example:
    """Makes an example with the version of htmx; nothing in it is of another test."""
    package = "examples" if version == 2 else PACKAGE

    def make(name: str) -> App:
        if version == 4 and not (moved / PACKAGE / name).exists():
            move(name, moved)
        module = import_module(f"{package}.{name}.app")
        match name:
            case "notes":
                app: App = reload(module).app
            case "shed":
                store = import_module(f"{package}.shed.store")
                app = module.create_app(store.Store(tmp_path / "shed.sqlite"))
            case _:
                app = module.create_app()
        assert app.config.htmx == version
        return app

    return make


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def link(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).first.click()


@pytest.mark.parametrize("name", APPS)
@pytest.mark.parametrize("version", [2])
def test_no_page_is_wider_than_a_phone(page: Page, serve: Serve, example: Example, name: str) -> None:
    origin = serve(example(name))
    page.set_viewport_size({"width": 360, "height": 740})
    wide = [
        path
        for of, path in PAGES
        if of == name
        and page.goto(origin + path)
        and page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    ]
    assert wide == []
    assert page.evaluate("htmx.version") == "2.0.11"


# Notes.


def test_notes_are_kept_changed_found_and_deleted(page: Page, serve: Serve, example: Example) -> None:
    page.goto(serve(example("notes")))
    button(page, "Keep")
    expect(page.locator(".error")).to_have_text("Write something first.")
    page.get_by_label("A new note").fill("Call the harbour")
    button(page, "Keep")
    expect(page.locator("#notes li > span")).to_have_text(
        ["Call the harbour", "Ask Noor about the boat", "Buy oat milk"]
    )
    expect(page.locator(".error")).to_have_count(0)
    link(page, "Edit")
    page.get_by_label("The note").fill("Call the harbour again")
    button(page, "Save")
    expect(page.locator("#notes li > span").first).to_have_text("Call the harbour again")
    page.get_by_label("Search").press_sequentially("boat")
    expect(page.locator("#notes li > span")).to_have_text(["Ask Noor about the boat"])
    page.wait_for_url("**/?q=boat")
    button(page, "Delete")
    expect(page.locator("#notes li > span")).to_have_count(0)


def test_notes_need_no_script(chromium: Browser, serve: Serve, example: Example) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(serve(example("notes")))
    button(page, "Keep")
    expect(page.locator(".error")).to_have_text("Write something first.")
    page.get_by_label("A new note").fill("Call the harbour")
    button(page, "Keep")
    link(page, "Edit")
    page.get_by_label("The note").fill("Call the harbour again")
    button(page, "Save")
    expect(page.locator("#notes li > span").first).to_have_text("Call the harbour again")
    button(page, "Delete")
    expect(page.locator("#notes li > span")).to_have_text(["Ask Noor about the boat", "Buy oat milk"])
    context.close()


def test_notes_come_back_with_the_browsers_buttons(page: Page, serve: Serve, example: Example) -> None:
    page.goto(serve(example("notes")))
    page.get_by_label("Search").press_sequentially("boat")
    page.wait_for_url("**/?q=boat")
    expect(page.locator("#notes li > span")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("heading")).to_have_text("Notes")
    expect(page.get_by_label("Search")).to_have_value("boat")
    expect(page.locator("#notes li > span")).to_have_count(1)


# Perch, the tracker.


@pytest.fixture
def perch(page: Page, serve: Serve, example: Example, version: Version) -> str:
    origin = serve(example("tracker"))
    page.goto(origin)
    page.evaluate("window.marked = true")
    assert str(page.evaluate("htmx.version")).startswith(f"{version}.")
    return origin


def test_a_ticked_task_counts(page: Page, perch: str) -> None:
    before = int(page.locator("#open-count").inner_text())
    page.locator("button.tick").first.click()
    expect(page.locator("button.tick").first).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#open-count")).to_have_text(str(before - 1))
    assert page.locator("#open-count").count() == 1
    assert page.evaluate("window.marked")


def test_a_task_is_added_and_an_empty_one_refused(page: Page, perch: str) -> None:
    page.goto(f"{perch}/projects/1")
    button(page, "Add")
    expect(page.locator("#quick-add .error")).to_be_visible()
    page.get_by_label("New task").fill("Oil the <hinge>")
    page.get_by_label("New task").press("Enter")
    expect(page.locator("#task-list .task-title").filter(has_text="Oil the <hinge>")).to_be_visible()
    expect(page.locator("#quick-add .error")).to_have_count(0)
    expect(page.get_by_label("New task")).to_have_value("")


def test_the_team_navigates_and_comes_back(page: Page, perch: str) -> None:
    link(page, "Projects")
    expect(page.get_by_role("heading", level=1)).to_have_text("Projects")
    link(page, "Website")
    expect(page.get_by_role("heading", level=1)).to_have_text("Website")
    link(page, "Board")
    expect(page.locator("#board")).to_be_visible()
    page.go_back()
    expect(page.locator("#task-list")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Projects")
    expect(page.locator("header.site-header")).to_have_count(1)
    assert page.evaluate("window.marked"), "all of it without loading a page"


def test_a_card_moves_on_the_board(page: Page, perch: str) -> None:
    page.goto(f"{perch}/projects/1/board")
    card = page.locator(".board-card", has_text="404 page that helps")
    card.get_by_role("button", name="On to In progress").click()
    expect(card.get_by_role("button", name="Back to To do: 404 page that helps")).to_be_visible()
    expect(page.locator("#board")).to_have_count(1)


def test_a_comment_is_written_counted_and_deleted(page: Page, perch: str) -> None:
    page.goto(f"{perch}/tasks/1")
    count = int(page.locator("#comment-count").inner_text())
    button(page, "Comment")
    expect(page.locator("#comment-form .error")).to_be_visible()
    page.get_by_label("Say something").fill("Looks right to me.")
    button(page, "Comment")
    expect(page.locator("#comment-count")).to_have_text(str(count + 1))
    expect(page.locator("#comments > li").last).to_contain_text("Looks right to me.")

    def accept(dialog: Dialog) -> None:
        dialog.accept()

    page.on("dialog", accept)
    page.locator("#comments > li").last.get_by_label("Delete your comment").click()
    expect(page.locator("#comments > li")).to_have_count(count)
    expect(page.locator("#comment-count")).to_have_text(str(count))


def test_what_somebody_else_deleted_is_told_in_the_corner(page: Page, perch: str) -> None:
    page.goto(f"{perch}/projects/1")
    page.request.delete(f"{perch}/tasks/8")
    page.locator("#task-8 button.tick").click()
    expect(page.locator("#toasts > *")).to_be_visible()
    expect(page.locator("#task-8")).to_have_count(1)
    expect(page.locator("#task-list")).to_be_visible()


# Ladle, the kitchen.


@pytest.fixture
def kitchen(page: Page, serve: Serve, example: Example) -> str:
    origin = serve(example("ladle"))
    page.goto(origin)
    page.evaluate("window.marked = true")
    return origin


def test_what_is_bought_is_counted(page: Page, kitchen: str) -> None:
    link(page, "Shopping")
    expect(page.get_by_role("heading", level=1)).to_have_text("Shopping")
    expect(page.locator("#unticked")).to_have_text("2")
    button(page, "Oat milk")
    expect(page.locator("#unticked")).to_have_text("1")
    button(page, "Add")
    expect(page.locator("#add .error")).to_be_visible()
    page.get_by_label("What to buy").fill("Lemons")
    page.get_by_label("What to buy").press("Enter")
    expect(page.locator("#unticked")).to_have_text("2")
    expect(page.locator("#shopping-list")).to_contain_text("Lemons")
    assert page.evaluate("window.marked")


def test_a_recipe_is_scaled_cooked_and_rated(page: Page, kitchen: str) -> None:
    page.goto(f"{kitchen}/recipes/1")
    quantity = page.locator("#ingredients .quantity").first
    expect(quantity).to_have_text("2 tbsp")
    page.get_by_label("Ingredients for").fill("8")
    expect(quantity).to_have_text("4 tbsp")
    link(page, "Cook")
    expect(page.locator("#step .kicker")).to_have_text("Step 1 of 4")
    for step in (2, 3, 4):
        link(page, "Next")
        expect(page.locator("#step .kicker")).to_have_text(f"Step {step} of 4")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    page.go_back()
    expect(page.locator("#ingredients")).to_be_visible()
    expect(page.locator("header.site-header")).to_have_count(1)


def test_the_week_is_planned(page: Page, kitchen: str) -> None:
    link(page, "Week")
    day = page.locator(".day").filter(has=page.locator("option:checked", has_text="Nothing")).first
    name = day.locator("h2").inner_text()
    day.locator("select").select_option(label="Rye bread")
    planned = page.locator(".day").filter(has_text=name.split()[0])
    expect(planned.get_by_role("link", name="Rye bread")).to_be_visible()
    page.reload()
    expect(planned.get_by_role("link", name="Rye bread")).to_be_visible()


# Shed, with who is there.


def test_a_thing_is_borrowed_and_brought_back(page: Page, serve: Serve, example: Example) -> None:
    origin = serve(example("shed"))
    page.goto(f"{origin}/things")
    link(page, "Kayak")
    link(page, "Say who you are to borrow it")
    page.get_by_role("button", name="Dev Patel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kayak")
    button(page, "Borrow it")
    button(page, "It is back")
    expect(page.get_by_role("button", name="Borrow it")).to_be_visible()
    expect(page.locator("#thing")).to_have_count(1)
    expect(page.locator("#history")).to_contain_text("Dev Patel")


def test_editing_is_given_up(page: Page, serve: Serve, example: Example) -> None:
    origin = serve(example("shed"))
    page.goto(f"{origin}/enter?next=/things/1")
    page.get_by_role("button", name="Dev Patel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cordless drill")
    link(page, "Edit")
    expect(page.get_by_role("heading", level=1)).to_have_text("Edit Cordless drill")
    link(page, "Cancel")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cordless drill")
    expect(page.locator("header.site-header")).to_have_count(1)


# Wall, on two screens.


def _late(route: Route) -> None:
    time.sleep(0.5)
    route.continue_()


def test_a_note_hangs_on_every_screen(page: Page, serve: Serve, example: Example) -> None:
    origin = serve(example("wall"))
    other = page.context.new_page()
    page.route("**/wall.js*", _late)  # htmx must not connect before it hears of it
    for screen in (page, other):
        screen.goto(f"{origin}/walls/kitchen")
        expect(screen.locator("#live")).to_have_text("live")
    page.get_by_label("Your note").fill("Tea <is> ready.")
    page.get_by_label("Your name").fill("Noor")
    button(page, "Put it up")
    for screen in (page, other):
        expect(screen.locator("#notes > li .note-text")).to_have_text(["Tea <is> ready."])
    other.get_by_role("button", name="Cheer").click()
    for screen in (page, other):
        expect(screen.locator(".cheer > span")).to_have_text(["1"])
