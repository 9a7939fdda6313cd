"""Whatever is done to the text of a project: no failure of ours, and every place lies in its file."""

from unicodedata import category

from hypothesis import given, settings
from hypothesis import strategies as st

from chirp_check.engine import Project, check
from chirp_check.host import MemoryHost
from chirp_check.report import concise, full, json, unknowns
from chirp_check.report.outcome import Report

FILES = {
    "app.py": """\
from chirp import App, AppConfig, Fragment, OOB, Page, Redirect, Template, ValidationError

app = App(AppConfig(template_dir="templates"))
LIST = "list"


def render(name, block=None, **context):
    return Fragment(name, block, **context) if block else Template(name, **context)


@app.route("/")
def home():
    return Page("home.html", "main", items=[])  # chirp: ignore[unknown-block]


@app.route("/items/{id:int}", methods=["POST", "DELETE"])
async def item(id: int) -> Fragment | Redirect:
    match id:
        case 1:
            return render("home.html", f"{LIST}-{id}")
        case _:
            return OOB(Fragment("home.html", LIST), Fragment("part.html", "row", target="row"))


def register(app):
    for path in ("/a", "/b"):
        app.route(path)(lambda: ValidationError("part.html", "row", retarget="#row"))


register(app)
""",
    "templates/base.html": """\
<!doctype html>
{# chirp: ignore-file[unknown-target] #}
<html><body hx-target="#main"><main id="main">{% block main %}{% end %}</main></body></html>
""",
    "templates/home.html": """\
{% extends "base.html" %}
{% from "part.html" import row %}
{% block main %}
{% for item in items %}<a hx-post="/items/{{ item.id }}" hx-target="#row-{{ item.id }}">é😀</a>{{ row(item) }}{% end %}
{% block list %}<form action="/items/1" method="post">{% include "part.html" %}</form>{% end %}
{% end %}
""",
    "templates/part.html": """\
{% def row(item) %}<li id="row-{{ item.id }}">{{ item.name ?? "" }}</li>{% end %}
{% block row %}<p id="row" hx-get="{{ url }}/a" {% if x %}hidden{% end %}></p>{% end %}
""",
}
PIECES = [
    *(
        "{% end %}",
        "{% if x %}",
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "<",
        ">",
        '"',
        "'",
        "\\",
        "<!--",
        "-->",
        "</script>",
    ),
    *(
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        ",",
        "*",
        "**",
        "@",
        "\n",
        "\r",
        "\t",
        "    ",
        "#",
        "# chirp: ignore",
        "f'",
        '"""',
    ),
    *("é", "😀", "\u2028", "\x0c", "\x00", "\ud800", "lambda: ", "yield ", "return ", "def f(", "extends ", "hx-get="),
]
edits = st.lists(
    st.tuples(
        st.sampled_from(sorted(FILES)),
        st.integers(0, 2000),
        st.integers(0, 40),
        st.one_of(st.sampled_from(PIECES), st.text(max_size=5)),
    ),
    min_size=1,
    max_size=6,
)


def edited(changes: list[tuple[str, int, int, str]]) -> dict[str, str]:
    files = dict(FILES)
    for path, at, length, text in changes:
        at %= len(files[path]) + 1
        files[path] = files[path][:at] + text + files[path][at + length :]
    return files


def checked(files: dict[str, str]) -> Report:
    return check(Project("/p", MemoryHost({f"/p/{path}": text for path, text in files.items()})))


def test_without_edits_it_is_a_project() -> None:
    summary = checked(FILES).summary
    assert summary.routes == 4
    assert summary.templates == 3
    assert summary.references > 10


@settings(max_examples=200, deadline=None)
@given(edits)
def test_any_edit(changes: list[tuple[str, int, int, str]]) -> None:
    files = edited(changes)
    report = checked(files)
    assert report.tracebacks == ()
    for diagnostic in report.diagnostics:
        finding = diagnostic.finding
        for span in (finding.at, *(label.span for label in finding.related)):
            assert 0 <= span.start <= span.end <= len(files.get(span.path, "")), (diagnostic.rule, span)
        assert finding.message
        assert "\n" not in finding.message
        assert not finding.message.endswith(".")
    for unknown in report.unknowns:
        assert 0 <= unknown.span.start <= unknown.span.end <= len(files[unknown.span.path])
    for text in (full.render(report), concise.render(report), unknowns.render(report)):
        assert not {category(char) for char in text.replace("\n", "")} & {"Cc", "Cs"}
    json.render(report).encode("ascii")
