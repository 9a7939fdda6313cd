"""What the rules on swaps and on the migration say is true: small projects, checked, served and clicked."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from chirp import App
from chirp.htmx import SCRIPTS
from chirp_check.commands.mending import mend
from chirp_check.config import Config, read_config
from chirp_check.engine import Project, check
from chirp_check.host import MemoryHost
from chirp_check.rules import ALL as RULES
from tests.browser.conftest import PATIENCE
from tests.browser.serving import serving
from tests.browser.workshop import Version
from tests.harness.http import imported

APP = """
import asyncio

from chirp import App, AppConfig, EventStream, Fragment, Request, Template, ValidationError

app = App(AppConfig(htmx={version}))


@app.route("/")
def home():
    return Template("home.html")

"""
NEWS = """
@app.route("/news")
def news():
    return Fragment("home.html", "list")
"""
BOX = """
@app.route("/box")
def box():
    return Fragment("home.html", "box")
"""
ALL = """
@app.route("/all")
def everything():
    return Template("home.html")
"""
ITEMS = """
@app.route("/items", methods=["POST"])
async def add(request: Request):
    form = await request.form()
    if not form.get("name"):
        return ValidationError("home.html", "list")
    return Fragment("home.html", "list")
"""
PHOTO = """
@app.route("/photo", methods=["POST"])
async def photo(request: Request):
    form = await request.form()
    return "a photo" if form.files else f"a word: {form.get('photo')}"
"""
FOUND = """
@app.route("/found")
def found(request: Request):
    return ", ".join(f"{name}={value}" for name, value in request.query.items())
"""
EVENTS = """
@app.route("/events")
async def events():
    async def items():
        yield "an event"

    return EventStream(items())
"""
SLOW = """
gate = asyncio.Event()


@app.route("/slow")
async def slow():
    await gate.wait()
    return Fragment("home.html", "list")


@app.route("/go")
async def go():
    gate.set()
    return ""
"""
NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})
HEAD = '<link rel="icon" href="data:,">{{ htmx() }}'
LIST = '<ul id="list"><li>old</li></ul>{% fragment list %}<li>new</li>{% end %}'
SCRIPT = """
window.told = [];
addEventListener("error", () => told.push("error"));
for (const name of ["htmx:targetError", "htmx:error", "htmx:responseError", "htmx:syntax:error", "htmx:sseError"])
  document.addEventListener(name, () => told.push(name));
"""


@dataclass(frozen=True, slots=True)
class After:
    """What there is at last: the texts of elements by selector, requests, an event of htmx, the title."""

    texts: Mapping[str, Sequence[str]]
    asked: Sequence[str] | None = None
    told: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """Two projects that differ in `wrong` and `right` alone, which stand in the page where the dots are.

    The rule speaks of `at`. `shows` is what comes of it in the versions of htmx for which it is wrong; in another
    nothing is reported and it works. `press` are the texts that are clicked, one after the other.
    """

    name: str
    rule: str
    routes: str
    page: str
    wrong: str
    right: str
    at: str
    shows: Mapping[int, After]
    works: After
    press: Sequence[str] = ("News",)
    between: Mapping[str, Sequence[str]] = NOTHING

    def files(self, version: Version, part: str) -> dict[str, str]:
        """The project."""
        page = self.page.replace("…", part).replace("SCRIPT", SCRIPTS[version].path)
        return {"app.py": APP.format(version=version) + self.routes, "templates/home.html": page}


def document(body: str, head: str = HEAD) -> str:
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n{body}\n</body></html>\n'


def both(after: After) -> Mapping[int, After]:
    return {2: after, 4: after}


BUTTON = document(f'<nav>Menu</nav><button hx-get="/news" …>News</button>{LIST}')
ITEM = document(
    f'<nav>Menu</nav><button hx-get="/news" …>News</button>{LIST.replace("<li>new</li>", "<ul id=list>new</ul>")}'
)
BESIDE = document(f'<p …>first</p><button hx-get="/news" hx-target="#list">News</button>{LIST}')
BOXED = document(
    """{% block box %}<div id="box"><button hx-get="/news" hx-target="#box" …>News</button></div>{% end %}
    {% fragment list %}
    <p id="edit"><button hx-get="/box" hx-target="#edit" hx-swap="outerHTML">Back</button></p>
    {% end %}"""
)
TITLED = BUTTON.replace("<head>", "<head><title>Home</title>").replace("<li>new", "<title>News</title><li>new")
SLOWLY = document(
    '<p id="busy">Wait</p><button hx-get="/slow" hx-target="#list" …>News</button>'
    f'<button onclick="fetch(`/go`)">Go</button>{LIST}'
)
SEARCH = document(
    f'<input id="words" name="words" value="x"><button hx-get="/found" hx-target="#list" …>News</button>{LIST}'
)
FILE = '<input type="file" name="photo"><button>News</button>'
UPLOAD = document(f'<form hx-post="/photo" hx-target="#list" …>{FILE}</form>{LIST}')
SEND = document(f'<form action="/photo" method="post" …>{FILE}</form>')
SAVE = document(f'<form hx-post="/items" hx-target="#list"><input name="name"><button>News</button></form>{LIST}', "…")
NEW = After({"#list": ["new"], "button": ["News"]})
IN_THE_BUTTON = After({"#list": ["old"], "button": ["new"]}, asked=["/news"])
NOWHERE = {
    2: After({"#list": ["old"], "button": ["News"]}, asked=[], told="htmx:targetError"),
    4: IN_THE_BUTTON,
}
ONCE = After({"#list": ["new"]}, asked=["/news"])
TWICE = After({"#list": ["new"]}, asked=["/news", "/news"])
A_WORD = both(After({"#list": ["a word: [object File]"]}))
A_PHOTO = After({"#list": ["a photo"]})

CASES = (
    Wrong(
        "an id that is nowhere", "unknown-target", NEWS, BUTTON,
        'hx-target="#lits"', 'hx-target="#list"', "#lits", NOWHERE, NEW,
    ),
    Wrong(
        "a hash that is forgotten", "unknown-target", NEWS, BUTTON,
        'hx-target="list"', 'hx-target="#list"', "list", NOWHERE, NEW,
    ),
    Wrong(
        "a style in the place of a target", "unknown-target", NEWS, BUTTON,
        'hx-target="outerHTML"', 'hx-target="#list"', "outerHTML", NOWHERE, NEW,
    ),
    Wrong(
        "an id that is on the page twice", "duplicate-id", NEWS, BESIDE,
        'id="list"', 'id="first"', "list",
        both(After({"p": ["new"], "ul": ["old"]})), After({"p": ["first"], "ul": ["new"]}),
    ),
    Wrong(
        "a whole document in an element", "nested-page", ALL,
        document(f'<nav>Menu</nav><button hx-get="/all" hx-target="#list" …>News</button>{LIST}'),
        "", 'hx-select="nav"', "/all",
        both(After({"nav": ["Menu", "Menu"], "button": ["News", "News"]})),
        After({"#list > nav": ["Menu"], "button": ["News"]}),
    ),
    Wrong(
        "an element in one with its id", "nested-id", NEWS, ITEM,
        'hx-target="#list"', 'hx-target="#list" hx-swap="outerHTML"', "#list",
        both(After({"#list": ["new", "new"], "#list #list": ["new"]})), After({"#list": ["new"]}),
    ),
    Wrong(
        "an element beside one with its id", "nested-id", NEWS, ITEM,
        'hx-swap="outerHTML"', 'hx-target="#list" hx-swap="outerHTML"', "/news",
        both(After({"#list": ["new", "old"]})), After({"#list": ["new"]}),
    ),
    Wrong(
        "an element in one with its id after two swaps", "nested-id", NEWS + BOX, BOXED,
        "", 'hx-swap="outerHTML"', "#box",
        both(After({"#box #box": ["News"]})), After({"#box": ["News"], "#box #box": []}),
        press=("News", "Back"), between={"button": ["Back"]},
    ),
    Wrong(
        "a target that is replaced for good", "lost-target", NEWS, BUTTON,
        'hx-target="#list" hx-swap="outerHTML"', 'hx-target="#list"', "#list",
        {
            2: After({"li": ["new"], "button": ["News"]}, asked=["/news"], told="htmx:targetError"),
            4: After({"li": ["new", "new"], "button": []}, asked=["/news", "/news"]),
        },
        After({"#list": ["new"], "button": ["News"]}, asked=["/news", "/news"]),
        # htmx 4 picks the target when it is clicked, and drops an answer whose target has gone meanwhile.
        press=("News", "News"), between={"li": ["new"]},
    ),
    Wrong(
        "a misspelt attribute", "unknown-hx-attribute", NEWS, BUTTON,
        'hx-traget="#list"', 'hx-target="#list"', "hx-traget", both(IN_THE_BUTTON), NEW,
    ),
    Wrong(
        "a style of swapping", "bad-hx-value", NEWS, ITEM,
        'hx-target="#list" hx-swap="outerHtml"', 'hx-target="#list" hx-swap="outerHTML"', "outerHtml",
        {2: After({"#list #list": ["new"]}), 4: After({"#list": ["old"]}, asked=["/news"], told="htmx:error")},
        After({"#list": ["new"], "#list #list": []}),
    ),
    Wrong(
        "a modifier of a swap", "bad-hx-value", NEWS, TITLED,
        'hx-target="#list" hx-swap="innerHTML ignroeTitle:true"',
        'hx-target="#list" hx-swap="innerHTML ignoreTitle:true"',
        "ignroeTitle", both(After({"#list": ["new"]}, title="News")), After({"#list": ["new"]}, title="Home"),
    ),
    Wrong(
        "a flag of a trigger", "bad-hx-value", NEWS, BUTTON,
        'hx-target="#list" hx-trigger="click onec"', 'hx-target="#list" hx-trigger="click once"', "onec",
        both(TWICE), ONCE, press=("News", "News"),
    ),
    Wrong(
        "a modifier of a trigger", "bad-hx-value", NEWS, BUTTON,
        'hx-target="#list" hx-trigger="click throtle:60s"',
        'hx-target="#list" hx-trigger="click throttle:60s"', "throtle",
        both(TWICE), ONCE, press=("News", "News"),
    ),
    Wrong(
        "no time", "bad-hx-value", NEWS, BUTTON,
        'hx-target="#list" hx-trigger="click throttle:soon"', 'hx-target="#list" hx-trigger="click throttle:60s"',
        "throttle:soon",
        both(TWICE), ONCE, press=("News", "News"),
    ),
    Wrong(
        "a unit of time", "bad-hx-value", NEWS, BUTTON,
        'hx-target="#list" hx-trigger="click throttle:60000msec"', 'hx-target="#list" hx-trigger="click throttle:60s"',
        "throttle:60000msec",
        {4: TWICE}, ONCE, press=("News", "News"),
    ),
    Wrong(
        "a way of syncing", "bad-hx-value", SLOW, SLOWLY,
        'hx-sync="this:dorp"', 'hx-sync="this:drop"', "dorp",
        both(After({"#list": ["new"]}, asked=["/slow", "/go", "/slow"])),
        After({"#list": ["new"]}, asked=["/slow", "/go"]),
        press=("News", "News", "Go"),
    ),
    Wrong(
        "values with the quotes of Python", "bad-hx-value", FOUND, SEARCH,
        """hx-vals="{'page': 2}\"""", """hx-vals='{"page": 2}'""", "{'page': 2}",
        {2: After({"#list": ["old"]}, asked=[], told="error"),
         4: After({"#list": ["old"]}, asked=[], told="htmx:error")},
        After({"#list": ["page=2"]}),
    ),
    Wrong(
        "a yes for a true", "bad-hx-value", NEWS,
        document(f'<a href="/news" hx-target="#list" …>News</a>{LIST}'),
        'hx-boost="yes"', 'hx-boost="true"', "yes",
        {2: After({"a": [], "li": ["new"]})}, After({"a": ["News"], "#list": ["new"]}),
    ),
    Wrong(
        "an encoding", "bad-hx-value", PHOTO, UPLOAD,
        'hx-encoding="multipart/formdata"', 'hx-encoding="multipart/form-data"', "multipart/formdata",
        A_WORD, A_PHOTO,
    ),
    Wrong(
        "a form that drops files", "missing-enctype", PHOTO, UPLOAD,
        "", 'hx-encoding="multipart/form-data"', '<form hx-post="/photo" hx-target="#list" >',
        A_WORD, A_PHOTO,
    ),
    Wrong(
        "a form that drops files without htmx", "missing-enctype", PHOTO, SEND,
        "", 'enctype="multipart/form-data"', '<form action="/photo" method="post" >',
        both(After({"body": ["a word: me.txt"]})), After({"body": ["a photo"]}),
    ),
    Wrong(
        "an error that is dropped", "unswapped-error", ITEMS, SAVE,
        '<link rel="icon" href="data:,"><script src="SCRIPT"></script>', HEAD, "/items",
        {2: After({"#list": ["old"]}, asked=["/items"], told="htmx:responseError")}, NEW,
    ),
    Wrong(
        "what to include", "unknown-selector", FOUND, SEARCH,
        'hx-include="#wrods"', 'hx-include="#words"', "#wrods",
        both(After({"#list": [""]}, asked=["/found"])), After({"#list": ["words=x"]}),
    ),
    Wrong(
        "what to show meanwhile", "unknown-selector", SLOW, SLOWLY,
        'hx-indicator="#bussy"', 'hx-indicator="#busy"', "#bussy",
        both(After({"#busy.htmx-request": []}, asked=["/slow"])), After({"#busy.htmx-request": ["Wait"]}),
    ),
    Wrong(
        "events from where there are none", "not-a-stream", NEWS + EVENTS,
        document(f'<p hx-ext="sse" … sse-swap="message"></p>{LIST}'),
        'sse-connect="/news"', 'sse-connect="/events"', "/news",
        {2: After({"p": [""]}, told="htmx:sseError"), 4: After({"p": ["new"]})},
        After({"p": ["an event"]}), press=(),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moved:
    """A project that does something else with htmx 4 than with 2 (`works`), until it is rewritten."""

    name: str
    rule: str
    routes: str
    page: str
    shows: After
    works: After
    press: Sequence[str] = ("News",)

    def files(self, version: Version) -> dict[str, str]:
        """The project."""
        return {"app.py": APP.format(version=version) + self.routes, "templates/home.html": self.page}


UPDATES = """
@app.route("/news")
def news():
    return Fragment("home.html", "updates")
"""
DELETES = """
@app.route("/news", methods=["DELETE"])
def news(request: Request):
    return ", ".join(f"{name}={value}" for name, value in request.query.items())
"""
TELLS = """
from chirp import Response


@app.route("/news")
def news():
    return Response("new").with_header("HX-Trigger-After-Swap", "shown")
"""
TOTAL = '<p id="total">2</p>{% fragment updates %}…<template><p id="total" hx-swap-oob="true">3</p></template>{% end %}'
MOVES = (
    Moved(
        "a target for all inside", "implicit-inheritance", NEWS,
        document(f'<div hx-target="#list"><button hx-get="/news">News</button></div>{LIST}'), IN_THE_BUTTON, NEW,
    ),
    Moved(
        "what users wrote", "renamed-hx-attribute", NEWS,
        document(
            f"""<div hx-disable><button hx-get="/news" hx-target="#list">News</button></div>
            <button hx-get="/news" hx-target="#more">More</button><p id="more"></p>{LIST}"""
        ),
        After({"#more": ["new"], "#list": ["new"]}), After({"#more": ["new"], "#list": ["old"]}, asked=["/news"]),
        press=("News", "More"),
    ),
    Moved(
        "an event of htmx", "renamed-hx-attribute", NEWS,
        BUTTON.replace("…", """hx-target="#list" hx-on::after-request="document.title = 'ran'\""""),
        After({"#list": ["new"]}, title=""), After({"#list": ["new"]}, title="ran"),
    ),
    Moved(
        "an event of the browser", "renamed-hx-attribute", NEWS,
        BUTTON.replace("…", """hx-target="#list" hx-on-click="document.title = 'ran'\""""),
        After({"#list": ["new"]}, title=""), After({"#list": ["new"]}, title="ran"),
    ),
    Moved(
        "a selector of two words", "changed-hx-value", NEWS,
        document(
            f"""<form><b hx-get="/news" hx-target="#list" hx-trigger="click from:closest form"></b><i>News</i></form>
            {LIST}"""
        ),
        After({"#list": ["old"]}, asked=[]), After({"#list": ["new"]}, asked=["/news"]),
    ),
    Moved(
        "white space before values", "changed-hx-value", FOUND, SEARCH.replace("…", """hx-vals=' {"page": 2}'"""),
        After({"#list": ['{"page"=2}']}), After({"#list": ["page=2"]}),
    ),
    Moved(
        "an id without its hash", "changed-hx-value", UPDATES,
        document(
            """<button hx-get="/news" hx-target="#more" hx-select="i" hx-select-oob="total">News</button>
            <p id="more"></p><p id="total">2</p>{% fragment updates %}<i>new</i><p id="total">3</p>{% end %}"""
        ),
        After({"#more": ["new"], "#total": ["2"]}), After({"#more": ["new"], "#total": ["3"]}),
    ),
    Moved(
        "one at a time", "changed-hx-value", SLOW, SLOWLY.replace("…", 'hx-sync="this"'),
        After({"#list": ["new"]}, asked=["/slow", "/go", "/slow"]), After({"#list": ["new"]}, asked=["/slow", "/go"]),
        press=("News", "News", "Go"),
    ),
    Moved(
        "an update in a template", "inert-update", UPDATES,
        document('<button hx-get="/news" hx-target="#more">News</button><p id="more"></p>' + TOTAL.replace("…", "new")),
        After({"#more": ["new"], "#total": ["2"]}), After({"#more": ["new"], "#total": ["3"]}),
    ),
    Moved(
        "the form around a button", "unsent-form", DELETES,
        document(
            f"""<form><input name="why" value="x"><button hx-delete="/news" hx-target="#list">News</button></form>
            {LIST}"""
        ),
        After({"#list": [""]}), After({"#list": ["why=x"]}),
    ),
    Moved(
        "a link with a script", "prevented-default", NEWS,
        document(f'<a href="/news" hx-on:click="this.title = 1">News</a>{LIST}'),
        After({"a": ["News"]}, asked=[]), After({"a": [], "li": ["new"]}),
    ),
    Moved(
        "an event after the swap", "passed-over-header", TELLS,
        document(
            """<button hx-get="/news" hx-target="#more">News</button><p id="more"></p>
            <script>document.addEventListener("shown", () => document.title = "ran")</script>"""
        ),
        After({"#more": ["new"]}, title=""), After({"#more": ["new"]}, title="ran"),
    ),
)  # fmt: skip


class Stage:
    """Serves one application after the other."""

    app: App | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage()


@pytest.fixture(scope="module")
def origin(stage: Stage) -> Generator[str]:
    with serving(stage) as origin:
        yield origin


@pytest.fixture
def window(chromium: Browser, origin: str) -> Generator[Page]:
    """An empty window that keeps the events of htmx."""
    context = chromium.new_context(base_url=origin)
    context.set_default_timeout(PATIENCE)
    context.add_init_script(SCRIPT)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_what_is_wrong_and_what_is_right(
    case: Wrong, version: Version, window: Page, stage: Stage, tmp_path: Path
) -> None:
    wrong, right = case.files(version, case.wrong), case.files(version, case.right)
    expected = [(case.rule, case.at)] if version in case.shows else []
    assert (reported(wrong), reported(right)) == (expected, [])
    ends = {"wrong": (wrong, case.shows.get(version, case.works)), "right": (right, case.works)}
    for name, (files, after) in ends.items():
        with imported(files, tmp_path / name) as app:
            assert isinstance(app, App)
            stage.app = app
            drive(window, case.press, after, case.between)


@pytest.mark.parametrize("case", MOVES, ids=[case.name for case in MOVES])
def test_what_changes_with_htmx_4_and_what_is_rewritten(
    case: Moved, window: Page, stage: Stage, tmp_path: Path
) -> None:
    rules, mended = migrated(case.files(4))
    assert rules == [case.rule]
    for name, files, after in (
        ("before", case.files(2), case.works),
        ("after", case.files(4), case.shows),
        ("mended", mended, case.works),
    ):
        with imported(files, tmp_path / name) as app:
            assert isinstance(app, App)
            stage.app = app
            drive(window, case.press, after)


def migrated(files: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """The rules that speak, and the project with what they rewrite."""
    project = Project("/project", MemoryHost({f"/project/{path}": text.encode() for path, text in files.items()}))
    config = replace(Config(), select=tuple(rule.name for rule in RULES if rule.migration))
    report = check(project, config)
    mended = mend(project, report, partial(check, config=config), unsafe=True)
    assert mended.report.diagnostics == ()
    return [one.rule for one in report.diagnostics], {**files, **mended.after}


def reported(files: Mapping[str, str]) -> list[tuple[str, str]]:
    """The rules that speak, and the texts in the page of which they speak."""
    host = MemoryHost({f"/project/{path}": text.encode() for path, text in files.items()})
    found = check(Project("/project", host), read_config("/project", host)).diagnostics
    places = [(one.rule, one.finding.at) for one in found]
    return [(rule, files[at.path][at.start : at.end]) for rule, at in places]


def drive(window: Page, press: Sequence[str], after: After, between: Mapping[str, Sequence[str]] = NOTHING) -> None:
    """Press what is to be pressed, and wait for what is to come of it."""
    asked: list[str] = []
    window.goto("/")
    window.on("request", lambda request: asked.append(urlsplit(request.url).path))
    for photo in window.locator("input[type=file]").all():
        photo.set_input_files(FilePayload(name="me.txt", mimeType="text/plain", buffer=b"me"))
    for nth, text in enumerate(press):
        if nth:
            shows(window, between)
        window.get_by_text(text, exact=True).click()
    if after.told is not None:
        window.wait_for_function(f"told.includes({after.told!r})")
    shows(window, after.texts)
    if after.title is not None:
        expect(window).to_have_title(after.title)
    if after.asked is not None:
        window.evaluate("fetch('/').then(answer => answer.status)")  # what was to be asked is under way before this
        for _ in range(PATIENCE // 50):
            if len(asked) > len(after.asked):
                break
            window.wait_for_timeout(50)
        assert [path for path in asked if path != "/"] == after.asked
    window.goto("about:blank")


def shows(window: Page, texts: Mapping[str, Sequence[str]]) -> None:
    """Wait for these texts, by selector."""
    for selector, expected in texts.items():
        expect(window.locator(selector)).to_have_text(list(expected))
