"""`chirp-check prove`: findings against what the application itself answers."""

import json
from pathlib import Path

import pytest

from chirp_check.cli import main
from chirp_check.diagnostic import Diagnostic, Finding, Level
from chirp_check.prove import Answer, Verdict, judged
from chirp_check.source import Span
from chirp_check.witness import Request, Witness

pytestmark = pytest.mark.timeout(600)  # two processes each, which take two seconds of processor time

APP = """\
from chirp import App, AppConfig, Fragment, Page, Redirect, Request, Template, ValidationError

print("started")
app = App(AppConfig(debug=True))


@app.route("/")
def home():
    return Template("home.html")


@app.route("/gone")
def gone():
    return Template("gone.html")


@app.route("/block/{number:int}")
def block(number: int):
    return Fragment("home.html", "mian")


@app.route("/paged")
def paged():
    return Page("home.html", "maim")


@app.route("/arguments")
def arguments():
    return Redirect("/", nope=1)


@app.route("/three")
def three():
    return 3


@app.route("/end")
def end(request: Request):
    if request.query.get("a"):
        return "x"


@app.route("/name")
def name():
    return Template("name.html")


@app.route("/child")
def child():
    return Template("child.html")


@app.route("/number/{n:int}")
def number(n: int):
    return "x"


@app.route("/guarded")
def guarded(request: Request):
    if request.query.get("a"):
        return Template("guarded.html")
    return "fine"


@app.route("/notes", methods=["POST"])
async def add(request: Request):
    form = await request.form()
    if "@" not in form.get("mail", ""):
        return ValidationError("home.html", "main")
    return Template("added.html")
"""
HOME = """\
{% block main %}
<a hx-get="/nowhere" hx-target="this">a</a>
<a hx-post="/three" hx-target="this">b</a>
<a hx-get="/number/x" hx-target="this">c</a>
<form method="post" action="/notes"><input type="email" name="mail"><input type="file" name="unsent"></form>
{% end %}
"""
PROVED = {
    "there is no template `gone.html`": "GET /gone",
    "`home.html` has no block `mian`": "GET /block/1",
    "`home.html` has no block `maim`": "GET /paged",
    "`Redirect` takes no `nope`": "GET /arguments",
    "`three` returns an `int`, which is no response": "GET /three",
    "`end` can reach its end without returning a response": "GET /end",
    "`name.html` needs `titel`, which is not passed": "GET /name",
    "there is no template `nobase.html`": "GET /child",
    "no route matches `/nowhere`": "GET /nowhere",
    "`/number/x` gives `n` `x`, which is no `int`": "GET /number/x",
}
WRITING = {"`/three` does not take `POST`": "POST /three", "there is no template `added.html`": "POST /notes"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "templates/home.html").write_text(HOME)
    (tmp_path / "templates/name.html").write_text("<p>{{ titel }}</p>")
    (tmp_path / "templates/child.html").write_text('{% extends "nobase.html" %}')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def proofs(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, tuple[str, str, str]]:
    """By message: the verdict, the request, and why."""
    assert main(["prove", "--json", *arguments]) == 0
    found: dict[str, tuple[str, str, str]] = {}
    for one in json.loads(capsys.readouterr().out)["diagnostics"]:
        asked = one["proof"]["request"] or {"method": "", "path": ""}
        found[one["message"]] = (
            one["proof"]["verdict"],
            f"{asked['method']} {asked['path']}".strip(),
            one["proof"]["why"],
        )
    return found


def test_what_fails_is_proved(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = proofs(capsys, "--writing")
    proved = {message: asked for message, (verdict, asked, _) in found.items() if verdict == "proved"}
    assert proved == PROVED | WRITING
    assert found["there is no template `guarded.html`"] == (
        "not replayable",
        "GET /guarded",
        "answers 200, before it came there",
    )


def test_nothing_is_written_unless_asked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = proofs(capsys)
    for message in WRITING:
        assert found[message] == ("not replayable", "", "its request may change data")


def test_what_does_not_start_is_proved(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app.py").write_text(APP.replace("def number(n: int)", "def number(m: int)"))
    found = proofs(capsys, "app:app")
    verdict, _, why = found["`number` takes `m`, which `/number/{n:int}` does not give"]
    assert verdict == "proved"
    assert why.startswith("the application does not start: ConfigurationError: app.number takes `m`")
    verdict, _, why = found["there is no template `gone.html`"]
    assert verdict == "not replayable"
    assert why.startswith("the application does not start: ")


def test_another_reason_not_to_start_proves_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not even one whose words have the name in them. It is told once."""
    wrong = APP.replace("def number(n: int)", "def number(m: int)")
    (project / "app.py").write_text(f'{wrong}\nraise RuntimeError("something to remember")\n')
    assert main(["prove"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "0 proved, 0 refuted, 14 not replayable" in lines
    reason = "  the application does not start: RuntimeError: something to remember"
    assert [one for one in lines if "does not start" in one] == [reason, *(["  the application does not start"] * 13)]


def test_people_read_lines(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "templates/extra.html").write_text("{% block one %}{% end %}{% block one %}{% end %}")
    assert main(["prove"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "proved: app.py:14:21: unknown-template there is no template `gone.html`"
    assert lines[1].startswith("  GET /gone answers 500: TemplateNotFoundError: ")
    assert "10 proved, 0 refuted, 3 not replayable" in lines


def test_an_interpreter_that_is_none(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "--python", "/no/python"]) == 2
    assert "`/no/python` cannot be run" in capsys.readouterr().err


def test_an_application_that_ends_the_process(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app.py").write_text(f"{APP}\nimport os\nos._exit(5)\n")
    assert main(["prove"]) == 2
    assert "the application cannot be replayed" in capsys.readouterr().err


SITE = Span("app.py", 0, 1)
CLAIM = Diagnostic("unknown-block", Level.ERROR, Finding("no block `x`", SITE))
GET = Request("GET", "/")


@pytest.mark.parametrize(
    ("witness", "answer", "verdict"),
    [
        (Witness((GET,), 500, ("x",), SITE), Answer(500, ("KeyError: x",), reached=True), Verdict.PROVED),
        (Witness((GET,), 500, ("x",), SITE, certain=True), Answer(200, (), reached=True), Verdict.REFUTED),
        (Witness((GET,), 500, ("x",), SITE), Answer(500, ("KeyError: y",), reached=True), Verdict.OPEN),
        (Witness((GET,), 500, ("x",), SITE), Answer(200, (), reached=False), Verdict.OPEN),
        (Witness((GET,), 500, ("x",), SITE), Answer(200, (), reached=True), Verdict.OPEN),
        (Witness((GET,), 500, (), SITE), Answer(500, ("KeyError: y",), reached=True), Verdict.PROVED),
        (Witness((GET,), 500, (), SITE), Answer(500, ("KeyError: y",), reached=False), Verdict.OPEN),
        (Witness((GET,), 404), Answer(404, (), reached=False), Verdict.PROVED),
        (Witness((GET,), 404), Answer(200, (), reached=False), Verdict.REFUTED),
        (Witness((GET,), 404), Answer(302, (), reached=False), Verdict.OPEN),
        (Witness((GET,), 405), Answer(404, (), reached=False), Verdict.REFUTED),
        (Witness((GET,), None, ("x",)), Answer(200, (), reached=False), Verdict.REFUTED),
        (Witness((GET,), None, ("x",)), Answer(500, ("TypeError: x",), reached=False), Verdict.PROVED),
    ],
)
def test_what_an_answer_says(witness: Witness, answer: Answer, verdict: Verdict) -> None:
    assert judged(CLAIM, witness, [(GET, answer)]).verdict is verdict


DATA = """\
from chirp import App, Request, Response, Template

app = App()
NOTES = {"first-one": "é"}


@app.route("/")
def home():
    return Template("home.html", notes=NOTES)


@app.route("/notes/{slug}")
def note(slug: str):
    return Template("gone.html") if slug in NOTES else Response("no", status=404)


@app.route("/notes/{slug}/lines/{line:int}")
def line(slug: str, line: int):
    return Template("missing.html") if slug in NOTES and line == 7 else Response("no", status=404)


@app.route("/notes/{slug}/delete", methods=["POST"])
def delete(slug: str):
    NOTES.pop(slug, None)
    return Template("deleted.html")


@app.route("/notes/{slug}", methods=["POST"])
async def change(slug: str, request: Request):
    form = await request.form()
    if form.get("intent") != "close" or form.get("kind") != "b" or slug not in NOTES:
        return Response("no", status=422)
    return Template("lost.html")


@app.error(404)
def absent(request: Request):
    return Template("nowhere.html")


@app.route("/ends", methods=["POST"])
async def ends():
    {ends}
    return Template("unseen.html")


@app.route("/later")
def later():
    return Template("late.html")
"""
LISTED = """\
<form method="post" action="/ends"></form>
{% for slug in notes %}<a href="/notes/{{ slug }}">{{ notes[slug] }}</a> <i hx-get="/notes/{{ slug }}/lines/7"></i>
<form method="post" action="/notes/{{ slug }}"><select name="kind"><option value="a">a</option>
<option value="b" selected>b</option></select><input name="text"><button name="intent" value="open">Open</button>
<button name="intent" value="close">Close</button></form>{% end %}
"""


def test_what_pages_name_is_asked_for(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Parameters, forms and buttons of the application's own data, and the handler of errors."""
    (project / "templates/child.html").unlink()
    (project / "app.py").write_text(DATA.replace("{ends}", "pass"))
    (project / "templates/home.html").write_text(LISTED)
    found = proofs(capsys, "--writing", "app:app")
    assert {message: (verdict, asked) for message, (verdict, asked, _) in found.items()} == {
        "there is no template `gone.html`": ("proved", "GET /notes/first-one"),
        "there is no template `missing.html`": ("proved", "GET /notes/first-one/lines/7"),
        "there is no template `deleted.html`": ("proved", "POST /notes/first-one/delete"),
        "there is no template `lost.html`": ("proved", "POST /notes/first-one"),
        "there is no template `nowhere.html`": ("proved", "GET /no-such-page-at-all"),
        "there is no template `unseen.html`": ("proved", "POST /ends"),
        "there is no template `late.html`": ("proved", "GET /later"),
    }


INSIDE = """\
from chirp import App, Redirect, Request, Response, Template

app = App()
KNOWN = []


@app.route("/")
def home(request: Request):
    if request.cookies.get("who") not in KNOWN:
        return Redirect("/enter?next=/")
    return Template("gone.html")


@app.route("/enter")
def entrance():
    return Template("home.html")


@app.route("/join", methods=["POST"])
async def join(request: Request):
    form = await request.form()
    if len(form["key"]) > 9:
        KNOWN.append(form["name"])
    return Redirect("/enter", status=303)


@app.route("/enter", methods=["POST"])
async def enter(request: Request):
    form = await request.form()
    if form["name"] not in KNOWN:
        return Response("no", status=422)
    return Response("", status=303, headers=(("location", "/"), ("set-cookie", f"who={form['name']}")))


@app.route("/join")
def joining():
    return Template("join.html")
"""


def test_somebody_signs_in_before_what_only_they_may_see(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "templates/child.html").unlink()
    (project / "app.py").write_text(INSIDE)
    (project / "templates/home.html").write_text('<form method="post" action="/enter"><input name="name"></form>')
    (project / "templates/join.html").write_text(
        '<form method="post" action="/join"><input name="name"><input name="key" type="password"></form>'
    )
    assert proofs(capsys)["there is no template `gone.html`"] == (
        "not replayable",
        "GET /",
        "answers 302, before it came there",
    )
    verdict, asked, _ = proofs(capsys, "--writing")["there is no template `gone.html`"]
    assert (verdict, asked) == ("proved", "GET /")


ROUNDABOUT = """\
from collections.abc import AsyncIterator

from chirp import App, EventStream, Fragment, Request, Response, SSEEvent, Template

app = App()
LOG = []


class Gone(Exception):
    pass


@app.route("/")
def home():
    return Template("home.html")


@app.route("/open")
def opened(request: Request):
    return Template("opened.html") if request.query.get("wall") else Response("no", status=422)


@app.route("/notes/{note}/cheer", methods=["POST"])
def cheer(note: str):
    raise Gone


@app.error(Gone)
def fallen():
    return Template("fallen.html")


@app.route("/notes", methods=["POST"])
def add():
    LOG.append([event])
    return "x"


def event() -> SSEEvent:
    return SSEEvent(app.render(Fragment("event.html", "note")))


@app.route("/stream")
async def stream() -> EventStream:
    return EventStream(events())


async def events() -> AsyncIterator[SSEEvent]:
    for make in map(max, LOG):
        yield make()
"""


def test_ways_that_lead_there_by_others(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A form that is sent with GET, a handler of errors, and a stream of what has been written."""
    (project / "templates/child.html").unlink()
    (project / "app.py").write_text(ROUNDABOUT)
    (project / "templates/home.html").write_text('<form action="/open"><input name="wall"></form>')
    found = proofs(capsys, "--writing")
    assert {message: (verdict, asked) for message, (verdict, asked, _) in found.items()} == {
        "there is no template `opened.html`": ("proved", "GET /open?wall=Example"),
        "there is no template `fallen.html`": ("proved", "POST /notes/no-such-thing/cheer"),
        "there is no template `event.html`": ("proved", "GET /stream"),
    }


def test_an_answer_that_ends_the_process_costs_only_itself(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app.py").write_text(DATA.replace("{ends}", "import os; os._exit(3)"))
    (project / "templates/home.html").write_text(LISTED)
    found = proofs(capsys, "--writing", "app:app")
    verdict, _, why = found["there is no template `unseen.html`"]
    assert verdict == "not replayable"
    assert why.startswith("no answer: it did not answer within")
    assert found["there is no template `lost.html`"][0] == "proved"


def test_an_answer_that_never_comes_is_given_up(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else is in time: that one is never, and it ends."""
    monkeypatch.setattr("chirp_check.prove.PATIENCE", 1)
    monkeypatch.setattr("chirp_check.prove.SILENCES", 0)
    (project / "app.py").write_text(DATA.replace("{ends}", "import asyncio; await asyncio.Event().wait()"))
    (project / "templates/home.html").write_text(LISTED)
    assert proofs(capsys, "--writing", "app:app")["there is no template `unseen.html`"][0] == "not replayable"
