"""Fixes in templates that are more than another name: methods, blocks, inputs; which are safe, and which are not."""

from functools import partial

import pytest

from chirp_check.commands.mending import Mending, mend
from chirp_check.engine import Project, check
from chirp_check.host import MemoryHost

APP = """\
from dataclasses import dataclass
from datetime import date

from chirp import App, Form, Fragment, Template

app = App()


@app.route("/")
def home():
    return Template("home.html")


@app.route("/add", methods=["POST"])
def add():
    return "x"


@app.route("/gone", methods=["DELETE"])
def gone():
    return "x"


@app.route("/part")
def part():
    return Fragment("home.html", "main")


@dataclass
class Task:
    title: str
    due_date: date
    done: bool = False


@app.route("/tasks", methods=["POST"])
def create(form: Form[Task]):
    return form.title
"""
MAIN = "{% block main %}<p></p>{% end %}"
ASKED = '<form method="post" action="/tasks">\n  <input name="title"><input name="done" type="checkbox">\n'


def mended(home: str, *, unsafe: bool) -> Mending:
    project = Project("/p", MemoryHost({"/p/app.py": APP, "/p/templates/home.html": home}))
    return mend(project, check(project), partial(check), unsafe=unsafe)


@pytest.mark.parametrize(
    ("before", "after", "safe"),
    [
        ('<a hx-get="/add" hx-target="this">é</a>', '<a hx-post="/add" hx-target="this">é</a>', True),
        ("<a data-hx-PUT='/gone' hx-target=this>x</a>", "<a data-hx-delete='/gone' hx-target=this>x</a>", True),
        ('<p hx-get="/gone" hx-trigger="load"></p>', '<p hx-delete="/gone" hx-trigger="load"></p>', False),
        ('<a hx-post="/part" hx-target="this">x</a>', '<a hx-get="/part" hx-target="this">x</a>', False),
        ('<form action="/add"></form>', '<form method="post" action="/add"></form>', True),
        ('<form method="get" action="/add"></form>', '<form method="post" action="/add"></form>', True),
        (
            '<a hx-get="/add">x</a><b hx-get="/add">y</b>',
            '<a hx-post="/add">x</a><b hx-post="/add">y</b>',
            False,  # two are hardly wrong in the same way
        ),
    ],
)
def test_another_method(before: str, after: str, *, safe: bool) -> None:
    done = mended(MAIN + before, unsafe=False)
    assert done.after == ({"templates/home.html": MAIN + after} if safe else {})
    done = mended(MAIN + before, unsafe=True)
    assert done.after == {"templates/home.html": MAIN + after}
    assert "wrong-method" not in {one.rule for one in done.report.diagnostics}


@pytest.mark.parametrize(
    "before",
    [
        '<form method="post" hx-get="/add" hx-post="/add"></form>',  # it has the attribute
        '<form action="/gone"></form>',  # no form is sent like this
        "<form action='/add' method='{{ a }}'></form>",
    ],
)
def test_no_other_method(before: str) -> None:
    assert mended(MAIN + before, unsafe=True).count == 0


@pytest.mark.parametrize(
    ("home", "safe"),
    [
        ('<form method="post" action="/ad"></form>', {True}),
        ('<form method="post" action="/ad" hx-post="/ad"></form>', {False}),  # they may be right, and the route wrong
        ('<form method="post" action="/ad" hx-post="/ad"></form><form method="post" action="/add"></form>', {True}),
    ],
)
def test_whose_the_slip_is(home: str, *, safe: set[bool]) -> None:
    report = check(Project("/p", MemoryHost({"/p/app.py": APP, "/p/templates/home.html": MAIN + home})))
    fixes = [one.finding.fix for one in report.diagnostics if one.rule == "unrouted-url"]
    assert {fix.safe for fix in fixes if fix is not None} == safe


@pytest.mark.parametrize("end", ["", "\n"])
def test_the_skeleton_of_a_block(end: str) -> None:
    assert mended(f"<p></p>{end}", unsafe=False).count == 0
    done = mended(f"<p></p>{end}", unsafe=True)
    assert done.after == {"templates/home.html": "<p></p>\n{% block main %}\n{% end %}\n"}
    assert done.report.diagnostics == ()


@pytest.mark.parametrize(
    ("rest", "after"),
    [
        ("  <button>Go</button>\n</form>\n", "  {}\n  <button>Go</button>\n</form>\n"),
        ("  {# é #}<input type=submit>\n</form>\n", "  {# é #}{}<input type=submit>\n</form>\n"),
        ("</form>\n", "{}\n</form>\n"),
        ("<button type='button'>No</button></form>\n", "<button type='button'>No</button>{}</form>\n"),
    ],
)
def test_the_input_of_a_field(rest: str, after: str) -> None:
    assert mended(MAIN + ASKED + rest, unsafe=False).count == 0
    done = mended(MAIN + ASKED + rest, unsafe=True)
    written = '<label>Due date <input type="date" name="due_date" required></label>'
    assert done.after == {"templates/home.html": MAIN + ASKED + after.replace("{}", written)}
    assert done.report.diagnostics == ()
