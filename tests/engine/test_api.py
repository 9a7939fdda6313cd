"""The view of a project that the rules of other distributions have: what is in it is a promise."""

from collections.abc import Iterator

import pytest

from chirp_check.api import VERSION, Finding, ProjectView, ReferenceView, RouteView, Span, rule
from chirp_check.engine import Project, Session, analyze
from chirp_check.host import MemoryHost
from chirp_check.plugins import Plugins

APP = """\
from chirp import App, Fragment, Redirect, Template

app = App()


@app.route("/", name="home")
def home():
    return Template("home.html")


@app.route("/rows/{number:int}", methods=["GET", "POST"])
def rows(number: int):
    if number:
        return Fragment("home.html", "rows"), 201
    return "none"


@app.route("/other")
def other(thing):
    return thing()
"""
HOME = """\
<main id="all" {{ more }}>{% block rows %}
<a hx-get="/rows/{{ n }}" hx-target="#all" class="{{ "a" if n else "b" }}">x</a>{% end %}
<img src="x.png" alt></main>
"""
FILES = {"/p/app.py": APP, "/p/templates/home.html": HOME, "/p/notes.txt": "nothing"}


@pytest.fixture
def view() -> ProjectView:
    return ProjectView(analyze(Project("/p", MemoryHost(FILES))).model)


def test_routes_with_what_they_return(view: ProjectView) -> None:
    home, rows, other = view.routes
    assert (home.path, home.methods, home.name, home.handler, home.open) == (
        "/",
        frozenset({"GET"}),
        "home",
        "home",
        False,
    )
    assert [(one.kind, one.template, one.blocks) for one in home.answers] == [("Template", "home.html", ())]
    assert rows.methods == frozenset({"GET", "POST"})
    kinds = {(one.kind, one.template, one.blocks) for one in rows.answers}
    assert ("Fragment", "home.html", ("rows",)) in kinds
    assert ("str", None, ()) in kinds
    assert other.open
    assert other.handler_span is not None
    assert APP[other.handler_span.start : other.handler_span.end] == "other"


def test_templates_with_blocks_and_elements(view: ProjectView) -> None:
    (home,) = view.templates
    assert (home.name, home.path) == ("home.html", "templates/home.html")
    assert [(one.name, one.kind) for one in home.blocks] == [("rows", "block")]
    main, link, image = home.elements
    assert (main.tag, main.open, link.open) == ("main", True, False)
    assert [one.name for one in link.attributes] == ["hx-get", "hx-target", "class"]
    asked, style, alt = link.attribute("hx-get"), link.attribute("class"), image.attribute("alt")
    assert asked is not None
    assert asked.values == ("/rows/{*}",)
    assert HOME[asked.span.start : asked.span.end] == 'hx-get="/rows/{{ n }}"'
    assert style is not None
    assert style.values == ("a", "b")
    assert alt is not None
    assert alt.values == ()
    assert image.attribute("width") is None


def test_references(view: ProjectView) -> None:
    found = {(one.kind, one.value, one.via, one.template, one.method) for one in view.references}
    assert found == {
        ("template", "home.html", "Template", None, None),
        ("template", "home.html", "Fragment", None, None),
        ("block", "rows", "Fragment", "home.html", None),
        ("url", "/rows/{*}", "hx-get", None, "GET"),
        ("target", "#all", "hx-target", None, None),
    }


def test_files_and_names(view: ProjectView) -> None:
    assert view.version == VERSION == 1
    assert "templates/home.html" in view.files
    home = view.template("home.html")
    assert home is not None
    assert home.path == "templates/home.html"
    assert view.template("gone.html") is None
    assert view.text("app.py") == APP
    assert view.text("gone.py") is None


def test_a_rule_needs_a_subject_and_a_sentence() -> None:
    def blind(thing: str, view: ProjectView) -> Iterator[Finding]:
        """Never called."""
        yield from ()

    def silent(route: RouteView, view: ProjectView) -> Iterator[Finding]:
        yield from ()

    with pytest.raises(TypeError, match="first parameter of rule `a`"):
        rule("a", since="1")(blind)
    with pytest.raises(TypeError, match="rule `b` has no docstring"):
        rule("b", since="1")(silent)


def test_a_session_asks_again_after_an_edit() -> None:
    @rule("own-urls", since="1")
    def urls(reference: ReferenceView, view: ProjectView) -> Iterator[Finding]:
        """A URL."""
        if reference.kind == "url":
            yield Finding(f"asks for {reference.value}", at=reference.span)

    @rule("own-size", since="1")
    def size(project: ProjectView, view: ProjectView) -> Iterator[Finding]:
        """How many routes there are."""
        yield Finding(f"{len(project.routes)} routes", at=Span(".", 0, 0))

    session = Session(plugins=Plugins((urls, size), {"own-urls": "own", "own-size": "own"}))

    def said(files: dict[str, str]) -> set[str]:
        report = session.report(Project("/p", MemoryHost(files)))
        return {one.finding.message for one in report.diagnostics if one.rule.startswith("own")}

    assert said(FILES) == {"asks for /rows/{*}", "3 routes"}
    one_more = f'{APP}\n\n@app.route("/more")\ndef more():\n    return "x"\n'
    assert said({**FILES, "/p/app.py": one_more}) == {"asks for /rows/{*}", "4 routes"}
    assert said({**FILES, "/p/templates/home.html": HOME.replace("/rows/", "/row/")}) == {
        "asks for /row/{*}",
        "3 routes",
    }
