"""What a misspelt name meant, and whether that is beyond doubt: fixes are applied by themselves only where it is."""

import pytest

from chirp_check.commands.mending import Mending, mend
from chirp_check.engine import Project, Session
from chirp_check.host import MemoryHost

APP = """\
from chirp import App, Template

app = App()


@app.route("/")
def home():
    return Template("home.html", tags=[], word="")


{}
"""
FILTER = """\
@app.template_filter("{0}")
def {0}(value):
    return value


"""


def mended(home: str, *filters: str, more: str = "") -> Mending:
    app = APP.format("".join(FILTER.format(one) for one in filters) + more)
    project = Project("/p", MemoryHost({"/p/app.py": app, "/p/templates/home.html": home}))
    session = Session()
    return mend(project, session.report(project), session.report, unsafe=False)


@pytest.mark.parametrize(
    ("wrong", "filters", "right"),
    [
        ("uper", (), "upper"),
        ("dy", ("day",), "day"),  # and not `d`, which is a letter off as well
        ("mony", ("money", "monk"), None),  # both are a letter off
        ("amount", (), None),  # `count` is two of six letters off
        ("label", ("labels",), None),  # one of several may be what was meant
    ],
)
def test_a_filter_is_renamed_where_only_one_can_be_meant(
    wrong: str, filters: tuple[str, ...], right: str | None
) -> None:
    done = mended(f"{{{{ word | {wrong} }}}}", *filters)
    assert done.after.get("templates/home.html") == (f"{{{{ word | {right} }}}}" if right else None)
    assert len(done.report.diagnostics) == (0 if right else 1)


def test_a_filter_is_not_renamed_where_a_function_has_its_name() -> None:
    done = mended("{{ word | uper }}", more="def uper(value):\n    return value\n")
    assert not done.count
    assert [one.finding.help for one in done.report.diagnostics] == ["add it: `@app.template_filter('uper')`"]


@pytest.mark.parametrize(
    ("read", "function", "safe"), [("wird", "", True), ("tag", "", False), ("wird", "wird", False)]
)
def test_a_read_is_renamed_where_nothing_else_has_its_name(read: str, function: str, *, safe: bool) -> None:
    home = f"{{{{ {read} }}}}{{{{ word }}}}{{{{ tags }}}}"
    done = mended(home, more=f"def {function}():\n    pass\n" if function else "")
    assert done.after == ({"templates/home.html": home.replace(read, "word")} if safe else {})


def test_an_import_is_not_renamed_where_another_file_has_the_component() -> None:
    files = {
        "home.html": '{% from "a.html" import card %}{{ card() }}',
        "a.html": "{% def big_card() %}{% end %}",
        "b.html": "{% def card() %}{% end %}",
    }
    texts = {"/p/app.py": APP.format(""), **{f"/p/templates/{name}": text for name, text in files.items()}}
    project = Project("/p", MemoryHost(texts))
    session = Session()
    done = mend(project, session.report(project), session.report, unsafe=True)
    assert not done.count
    assert [one.finding.help for one in done.report.diagnostics] == ["import it from `b.html`"]


@pytest.mark.parametrize(
    ("others", "safe"),
    [
        ('<a href="/" hx-get="/" hx-target="#list">b</a>', True),
        ("", False),  # the id may be wrong
        ('<a href="/" hx-get="/" hx-target="#list">b</a><a href="/" hx-get="/" hx-target="#lst">c</a>', False),
    ],
)
def test_a_target_is_renamed_where_others_name_the_element(others: str, *, safe: bool) -> None:
    home = f'<ul id="list"></ul><a href="/" hx-get="/" hx-target="#lst">a</a>{others}{{{{ tags }}}}{{{{ word }}}}'
    done = mended(home)
    assert done.after.get("templates/home.html") == (home.replace("#lst", "#list") if safe else None)
