"""The harness of the case files, on cases that are wrong: it has to say so."""

from pathlib import Path

import pytest

from chirp_check.engine import Project, check
from chirp_check.host import MemoryHost
from tests.harness.cases import BadCase, read_cases
from tests.harness.http import read_exchanges, refutations
from tests.harness.promises import disagreements, promises

APP = """\
from chirp import App, Template

app = App()


@app.route("/", methods=["GET", "POST"])
def home(request):
    return Template("home.html", title=request.form.get("title", "none") if request.method == "POST" else "got")


@app.route("/gone")
def gone():
    return Template("gone.html"){marker}
"""
HOME = "<p>{{ title }}</p>"
RIGHT = '  # error: [unknown-template] "no template `gone.html`" col 21-32'


def said(marker: str) -> list[str]:
    files = {"app.py": APP.format(marker=marker), "templates/home.html": HOME}
    report = check(Project("/p", MemoryHost({f"/p/{path}": text for path, text in files.items()})))
    return disagreements(promises(files), report)


def test_a_promise_that_is_kept() -> None:
    assert said(RIGHT) == []
    assert said("  # error: [unknown-template]") == []


@pytest.mark.parametrize(
    "marker",
    [
        RIGHT.replace("error:", "warning:"),
        RIGHT.replace("unknown-template", "unknown-block"),
        RIGHT.replace("gone.html", "home.html"),
        RIGHT.replace("col 21-32", "col 21-33"),
        RIGHT.replace("col 21-32", "col 20-32"),
    ],
)
def test_a_promise_that_is_not_kept(marker: str) -> None:
    found = said(marker)
    assert [line.partition(":")[0] for line in found] == ["promised", "reported"]


def test_what_nobody_promised() -> None:
    assert said("") == ["reported: app.py:13: error [unknown-template] 'there is no template `gone.html`' col 21-32"]
    assert said(f"{RIGHT} # error: [unknown-block]") == ["promised: app.py:13: error [unknown-block] ''"]


@pytest.mark.parametrize(
    ("fence", "refuted"),
    [
        ("GET / → 200", []),
        ('GET / → 200\n→ "<p>got</p>"\n→ not "none"', []),
        ('POST / → 200\n\ntitle=x%20y\n→ "<p>x y</p>"', []),
        ("GET / → 500", ["GET /: answered 200, not 500"]),
        ('GET / → 200\n→ "nothing"', ["GET /: the body lacks 'nothing': '<p>got</p>'"]),
        ('GET / → 200\n→ not "got"', ["GET /: the body holds 'got': '<p>got</p>'"]),
        ("GET /none → 404\nGET /gone → 500", []),
        ("GET / → fails", ["GET /: answered 200, not failed"]),
    ],
)
def test_exchanges(tmp_path: Path, fence: str, refuted: list[str]) -> None:
    files = {"app.py": APP.format(marker=""), "templates/home.html": HOME}
    assert refutations(files, read_exchanges(fence), tmp_path) == refuted


def test_a_project_that_does_not_start(tmp_path: Path) -> None:
    assert refutations({"app.py": "1 / 0"}, read_exchanges("GET / → fails"), tmp_path) == []
    found = refutations({"app.py": "1 / 0"}, read_exchanges("GET / → 200"), tmp_path)
    assert found == ["the application does not start: ZeroDivisionError('division by zero')"]


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("# a\n```py\nx = 1\n", "is not closed"),
        ("# a\n```python\nx = 1\n```\n", "unknown language 'python'"),
        ("# a\n```py\n```\n```py\n```\n", "app.py is there twice"),
        ("# a\n```css\n```\n", "needs a file name"),
        ("# a\n```py\n```\n# a\n```py\n```\n", "two cases are called 'a'"),
    ],
)
def test_pages_that_are_no_cases(tmp_path: Path, page: str, complaint: str) -> None:
    file = tmp_path / "page.md"
    file.write_text(page)
    with pytest.raises(BadCase, match=complaint):
        read_cases(file)


def test_a_page(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text(
        "# page\ntext\n## one\n```py\nx\n```\n`b.py`:\n\n```py\ny\n```\n`c.html`:\n```html\nz\n```\n## two\nno\n"
    )
    cases = read_cases(file)
    assert [(case.id, case.files()) for case in cases] == [
        ("page::one", {"app.py": "x\n", "b.py": "y\n", "templates/c.html": "z\n"})
    ]
