"""Fixes that rewrite the structure of Python: what is added stands as the rest does, and every comment stays."""

from collections.abc import Callable
from functools import partial

import pytest

from chirp_check.commands.mending import Mending, mend
from chirp_check.engine import Project, check
from chirp_check.host import MemoryHost

HEAD = "from chirp import App, Fragment, Template\n\napp = App()\n\n\n"
HOME = "<h1>{{ task }}</h1>{% block main %}{{ who }}{% end %}"

HELPER = "def page(name: str, **context: object):\n    return Template(name, **context)\n\n\n"
CLOSED = "def page(name: str, who: int):\n    return Template(name, who=who)\n\n\n"
OTHER = '@app.route("/")\ndef other():\n    task = 3\n    return page("home.html", who=2, task=task)\n\n\n'

type Mend = Callable[..., Mending]


@pytest.fixture
def mended() -> Mend:
    def run(app: str, home: str = HOME, *, unsafe: bool = False) -> Mending:
        project = Project("/p", MemoryHost({"/p/app.py": app, "/p/templates/home.html": home}))
        return mend(project, check(project), partial(check), unsafe=unsafe)

    return run


HANDLER = '@app.route("/{task:int}")\ndef home(task: int):\n'
ADDED = """\
    return Template("home.html", who=1{, task=task})
    return Template(("home.html"), who=(1){, task=task})
    return Template("home.html", **{"who": 1}{, task=task})
    return Template("home.html", who=1,{ task=task})
    print("é", "😀"); return Template("home.html", who=1{, task=task})  # end
    return Template(\\n        "home.html",  # é\\n        who=1,  # it\\n        # end\\n{        task=task,\\n}    )
    return Template(\\n        "home.html",\\n        who=1{, task=task}  # it\\n    )
    return Template("home.html",\\n                    who=1{, task=task})
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_name_in_scope_is_passed(mended: Mend, end: str) -> None:
    """Each line is a handler, what is to be added in braces."""
    before = after = HEAD + HELPER + OTHER
    for number, line in enumerate(ADDED.splitlines()):
        head = HANDLER.replace("/{task", f"/{number}/{{task").replace("home", f"home{number}")
        start, _, rest = line.rpartition("{")
        added, _, rest = rest.partition("}")
        before += head + f"{start}{rest}\n\n\n".replace("\\n", "\n")
        after += head + f"{start}{added}{rest}\n\n\n".replace("\\n", "\n")
    done = mended(before.replace("\n", end))
    assert done.after["app.py"].replace(end, "\n") == after
    assert done.after["app.py"].count("\n") == done.after["app.py"].count(end)
    assert done.report.diagnostics == ()


@pytest.mark.parametrize(
    "body",
    [
        'def home():\n    return Template("home.html", who=1)\n',
        'def home():\n    if app:\n        task = 1\n    return Template("home.html", who=1)\n',
        'def home():\n    value = Template("home.html", who=1)\n    task = 1\n    return value\n',
    ],
)
def test_what_has_no_value_there_is_not_passed(mended: Mend, body: str) -> None:
    done = mended(f'{HEAD}@app.route("/")\n{body}')
    assert done.count == 0
    assert len(done.report.diagnostics) == 1


@pytest.mark.parametrize(
    ("handlers", "safe"),
    [
        ('def home(task: int):\n    return Template("home.html", who=1)\n', True),
        (  # another render gives another value
            (
                'def home(task: int):\n    return Template("home.html", who=1)\n\n\n'
                '@app.route("/b")\ndef b():\n    return Template("home.html", task=0, who=1)\n'
            ),
            False,
        ),
        (  # it may be the variable that nobody reads
            'def home(task: int):\n    better = task + 1\n    return Template("home.html", who=1)\n',
            False,
        ),
    ],
)
def test_a_name_is_passed_without_a_doubt_or_on_request(mended: Mend, handlers: str, *, safe: bool) -> None:
    app = f'{HEAD}@app.route("/a/{{task:int}}")\n{handlers}'
    assert bool(mended(app).count) is safe
    assert "who=1, task=task)" in mended(app, unsafe=True).after["app.py"]


@pytest.mark.parametrize(("kind", "safe"), [("ValidationError", True), ("Fragment", False)])
def test_what_was_sent_is_passed_back_where_it_was_wrong(mended: Mend, kind: str, *, safe: bool) -> None:
    app = HEAD.replace("Fragment", f"{kind}, Request") + '@app.route("/", methods=["POST"])\n'
    app += f'def home(request: Request):\n    who = request.form["who"]\n    return {kind}("home.html", "main")\n'
    assert bool(mended(app, "{% block main %}{{ who }}{% end %}").count) is safe


def test_nothing_is_passed_to_what_may_be_another_template(mended: Mend) -> None:
    app = HEAD.replace("Fragment", "Page") + HANDLER + '    return Page("home.html", "elsewhere", who=1)\n'
    done = mended(app)
    assert done.count == 0
    assert {one.rule for one in done.report.diagnostics} == {"unknown-block", "missing-context"}


def test_a_helper_that_forwards_is_given_the_name(mended: Mend) -> None:
    call = '    return page("home.html", who=1)\n'
    done = mended(HEAD + HELPER + OTHER + HANDLER + call)
    assert done.after["app.py"].endswith(call.replace("who=1", "who=1, task=task"))


def test_a_helper_that_does_not_is_left_alone(mended: Mend) -> None:
    assert mended(HEAD + CLOSED + HANDLER + '    return page("home.html", who=1)\n').count == 0


@pytest.mark.parametrize(
    ("given", "read", "safe"),
    [
        ("naem=name", "name", True),  # the value says it
        ("naem=1", "name", False),  # nothing tells whose the slip is
    ],
)
def test_a_keyword_is_renamed_where_the_slip_is_known_to_be_there(
    mended: Mend, given: str, read: str, *, safe: bool
) -> None:
    app = f'{HEAD}name = ""\n\n\n@app.route("/")\ndef home():\n    return Template("home.html", {given})\n'
    home = f"<h1>{{{{ {read} }}}}</h1>"
    assert bool(mended(app, home).count) is safe
    done = mended(app, home, unsafe=True)
    assert done.after == {"app.py": app.replace("naem=", "name=")}


def test_brackets_in_brackets_are_left_alone(mended: Mend) -> None:
    deep = f"    x = {'(' * 90}1{')' * 90}\n"
    done = mended(HEAD + HANDLER + deep + '    return Template("home.html", who=1)\n')
    assert done.count == 0
    assert done.stopped is None


PROMISES = """\
from chirp import (
    App,  # the application
    Template,
)

from chirp.http.response import Redirect

app = App()


@app.route("/a")
def a() -> None:  # one
    return Template("home.html", task=1, who=2)


@app.route("/b/{n:int}")
def b(n: int) -> Redirect | int:
    if n:
        return Redirect("/a")
    return "text"


@app.route("/c")
def c() -> Template:
    # two
    return Fragmented("home.html", "main", who=1)


@app.route("/d")
def d() -> int:
    return unknown()


from chirp import Fragment as Fragmented
"""


def test_annotations_promise_what_is_returned(mended: Mend) -> None:
    found = check(Project("/p", MemoryHost({"/p/app.py": PROMISES, "/p/templates/home.html": HOME}))).diagnostics
    safe = [(one.rule, one.finding.structure.safe) for one in found if one.finding.structure is not None]
    assert safe == [  # the slip may be what is returned, where nothing of the promise is
        ("unnegotiable-annotation", True),
        ("unnegotiable-annotation", True),
        ("wrong-annotation", False),
    ]
    done = mended(PROMISES, unsafe=True)
    assert done.count == 3
    text = done.after["app.py"]
    assert "def a() -> Template:  # one\n" in text
    assert "def b(n: int) -> Redirect | str:\n" in text
    assert "def c() -> Fragment:\n    # two\n" in text
    assert "def d() -> int:\n" in text
    compile(text, "app.py", "exec")
    made: dict[str, object] = {}
    exec("\n".join(line for line in text.split("app = App()")[0].splitlines()), made)
    assert made["Fragment"]
    assert "# the application" in text
