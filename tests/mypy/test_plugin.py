"""mypy says what `chirp-check` says, at the argument."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from mypy.options import Options
from mypy.plugin import ReportConfigContext

from chirp_mypy import plugin
from chirp_mypy.project import PROJECTS
from tests.mypy.project import OPTIONS, Message, MypyProject

BLOCK, TEMPLATE = "unknown-block", "unknown-template"


def test_a_correct_project_is_silent(project: MypyProject) -> None:
    project.handlers("""
@app.route("/")
def home() -> Template:
    return Template("home.html")


@app.route("/part")
def part() -> Fragment:
    return Fragment("home.html", "title")
""")
    assert project.mypy() == ([], [])


def test_every_return_type_that_names_a_template(project: MypyProject) -> None:
    project.handlers("""
def f() -> object:
    Template("hmoe.html")
    Fragment("home.html", "mian")
    Fragment("none.html", "main")
    Page("home.html", "mian", page_block_name="wor")
    return ValidationError("home.html", "rwo")
""")
    errors, notes = project.mypy()
    assert errors == [
        Message(6, 14, TEMPLATE, "there is no template `hmoe.html`"),
        Message(7, 27, BLOCK, "`home.html` has no block `mian`"),
        Message(8, 14, TEMPLATE, "there is no template `none.html`"),
        Message(9, 23, BLOCK, "`home.html` has no block `mian`"),
        Message(9, 47, BLOCK, "`home.html` has no block `wor`"),
        Message(10, 41, BLOCK, "`home.html` has no block `rwo`"),
    ]
    assert errors == project.checker()
    assert "did you mean `home.html`?" in notes
    assert "templates/home.html:2:10: `main` is defined here" in notes


def test_two_calls_on_a_line_after_letters_that_are_not_ascii(project: MypyProject) -> None:
    project.handlers("""
def f(b: bool) -> Fragment:
    return Fragment("home.html", "é😀") if b else Fragment("home.html", "main")
""")
    errors, _ = project.mypy()
    assert errors == [Message(6, 34, BLOCK, "`home.html` has no block `é😀`")]


def test_names_that_mypy_knows_and_names_that_are_followed(project: MypyProject) -> None:
    project.handlers("""
from enum import StrEnum
from typing import Final, Literal

NAME: Final = "nowhere.html"
BLOCK = "mian"


class Block(StrEnum):
    MAIN = "main"
    ROW = "rwo"


def f(b: Literal["main", "body"], c: bool, member: Literal[Block.ROW]) -> object:
    Template(NAME)
    Fragment("home.html", BLOCK)
    Fragment("home.html", b)
    Fragment("home.html", Block.MAIN)
    Fragment("home.html", member)
    for name in ("main", "left"):
        Fragment("home.html", name)
    return Fragment("home.html" if c else "away.html", "main")
""")
    errors, notes = project.mypy()
    assert errors == [
        Message(18, 14, TEMPLATE, "there is no template `nowhere.html`"),
        Message(19, 27, BLOCK, "`home.html` has no block `mian`"),
        Message(20, 27, BLOCK, "`home.html` has no block `body`"),
        Message(22, 27, BLOCK, "`home.html` has no block `rwo`"),
        Message(24, 31, BLOCK, "`home.html` has no block `left`"),
        Message(25, 21, TEMPLATE, "there is no template `away.html`"),
    ]
    assert "`nowhere.html` is written at app.py:8:15" in notes
    assert "`mian` is written at app.py:9:9" in notes


def test_a_helper_is_told_where_its_argument_comes_from(project: MypyProject) -> None:
    project.handlers("""
def show(name: str) -> Template:
    return Template(name)


@app.route("/")
def home() -> Template:
    return show("hoem.html")
""")
    errors, notes = project.mypy()
    assert errors == [Message(6, 21, TEMPLATE, "there is no template `hoem.html`")]
    assert notes == ["did you mean `home.html`?", "`hoem.html` is written at app.py:11:17"]


def test_what_nobody_knows_is_not_judged(project: MypyProject) -> None:
    project.handlers("""
from typing import Literal


def f(template: str, block: str, names: tuple[str, str]) -> object:
    Template(template)
    Fragment(template, "mian")
    Fragment(*names)
    return Fragment("home.html", block)


def pairs(template: Literal["home.html", "base.html"], block: Literal["row", "title"]) -> Fragment:
    return Fragment(template, block)
""")
    assert project.mypy() == ([], [])


def test_suppressions(project: MypyProject) -> None:
    project.handlers("""
def f() -> object:
    Template("a.html")  # chirp: ignore[unknown-template]
    Fragment(
        "home.html",
        "mian",
    )  # chirp: ignore[unknown-block]
    Template("b.html")  # type: ignore[unknown-template]
    return Template("c.html")  # chirp: ignore[unknown-block]
""")
    errors, _ = project.mypy()
    assert errors == [Message(12, 21, TEMPLATE, "there is no template `c.html`")]


MISTAKE = """
def f() -> Fragment:
    return Fragment("home.html", "mian")
"""


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        ('[tool.chirp-check]\nignore = ["unknown-block"]\n', (0, 0)),
        ('[tool.chirp-check]\nselect = ["unknown-template"]\n', (0, 0)),
        ('[tool.chirp-check.per-file-ignores]\n"app.py" = ["unknown-block"]\n', (0, 0)),
        ('[tool.chirp-check.levels]\nunknown-block = "warn"\n', (0, 3)),
        ('[tool.chirp-check.levels]\nunknown-block = "off"\n', (0, 0)),
    ],
)
def test_the_configuration_of_the_checker_holds(settings: str, count: tuple[int, int], project: MypyProject) -> None:
    project.write("pyproject.toml", OPTIONS + settings)
    project.handlers(MISTAKE)
    errors, notes = project.mypy()
    assert (len(errors), len(notes)) == count


def test_a_broken_configuration_is_said(project: MypyProject) -> None:
    project.write("pyproject.toml", OPTIONS + '[tool.chirp-check]\nignroe = ["unknown-block"]\n')
    project.handlers(MISTAKE)
    errors, _ = project.mypy()
    assert [(one.code, one.text) for one in errors] == [
        ("configuration", "pyproject.toml: unknown key `tool.chirp-check.ignroe`"),
        (BLOCK, "`home.html` has no block `mian`"),
    ]


def test_a_template_folder_from_the_configuration(project: MypyProject) -> None:
    project.write("pyproject.toml", OPTIONS + '[tool.chirp-check]\ntemplates = ["pages"]\n')
    project.write("pages/only.html", "{% block one %}{% end %}")
    project.write(
        "app.py", 'from chirp import Fragment\n\nx = Fragment("only.html", "one"), Fragment("only.html", "two")\n'
    )
    errors, _ = project.mypy()
    assert errors == [Message(3, 57, BLOCK, "`only.html` has no block `two`")]


def test_a_broken_template_claims_nothing(project: MypyProject) -> None:
    project.write("templates/home.html", "{% block main %}{% if %}{{ }}")
    project.handlers(MISTAKE)
    assert project.mypy() == ([], [])


class TestCache:
    """With mypy's cache a template's edit re-checks the modules that depend on what it promises, and no others."""

    @pytest.fixture
    def handlers(self, project: MypyProject) -> MypyProject:
        project.handlers('\ndef f() -> Fragment:\n    return Fragment("home.html", "row")\n')
        project.write("other.py", 'from chirp import Fragment\n\nx = Fragment("base.html", "main")\n')
        assert project.mypy() == ([], [])
        assert project.checked_modules() == []
        return project

    def test_a_block_that_goes_and_comes_back(self, handlers: MypyProject) -> None:
        text = (handlers.root / "templates" / "home.html").read_text(encoding="utf-8")
        handlers.write("templates/home.html", text.replace("row", "line"))
        errors, _ = handlers.mypy()
        assert errors == [Message(6, 34, BLOCK, "`home.html` has no block `row`")]
        assert handlers.mypy()[0] == errors
        handlers.write("templates/home.html", text)
        assert handlers.mypy() == ([], [])

    def test_a_block_that_is_inherited(self, handlers: MypyProject) -> None:
        handlers.write("templates/home.html", '{% extends "base.html" %}')
        assert len(handlers.mypy()[0]) == 1
        handlers.write("templates/base.html", "{% block main %}{% block row %}{% end %}{% end %}")
        assert handlers.mypy() == ([], [])

    def test_a_template_that_goes(self, handlers: MypyProject) -> None:
        (handlers.root / "templates" / "home.html").unlink()
        errors, _ = handlers.mypy()
        assert errors == [Message(6, 21, TEMPLATE, "there is no template `home.html`")]

    def test_only_dependent_modules_are_checked_again(self, handlers: MypyProject) -> None:
        handlers.write("templates/home.html", "{% block row %}{% end %}")
        assert handlers.checked_modules() == ["app.py"]

    def test_a_change_that_promises_the_same_costs_nothing(self, handlers: MypyProject) -> None:
        file = handlers.root / "templates" / "home.html"
        handlers.write("templates/home.html", "{# cosmetic #}" + file.read_text(encoding="utf-8"))
        assert handlers.checked_modules() == []

    def test_a_message_about_a_place_that_moves(self, handlers: MypyProject) -> None:
        handlers.handlers('\ndef f() -> Fragment:\n    return Fragment("home.html", "rwo")\n')
        assert "templates/home.html:2:26: `row` is defined here" in handlers.mypy()[1]
        file = handlers.root / "templates" / "home.html"
        handlers.write("templates/home.html", file.read_text(encoding="utf-8").replace("\n", "\n\n", 1))
        assert "templates/home.html:3:26: `row` is defined here" in handlers.mypy()[1]

    def test_names_that_only_mypy_knows(self, project: MypyProject) -> None:
        project.handlers("""
from typing import Literal


def f(block: Literal["row"]) -> Fragment:
    return Fragment("home.html", block)
""")
        assert project.mypy() == ([], [])
        project.write("templates/home.html", "{% block line %}{% end %}")
        assert [one.text for one in project.mypy()[0]] == ["`home.html` has no block `row`"]


def test_a_daemon_starts_anew_when_a_template_changes(project: MypyProject) -> None:
    project.handlers('\ndef f() -> Fragment:\n    return Fragment("home.html", "row")\n')

    def run() -> str:
        done = project.run("dmypy", "run", "--", "--no-error-summary", "app.py")
        return done.stdout + done.stderr

    try:
        assert "error" not in run()
        assert "estarting" not in run()
        project.write("templates/home.html", "{% block line %}{% end %}")
        changed = run()
        assert "Restarting: plugins changed" in changed
        assert "app.py:6:34: error: `home.html` has no block `row`  [unknown-block]" in changed
        project.write("templates/home.html", "{% block row %}{% end %}")
        assert "error" not in run()
    finally:
        project.run("dmypy", "kill")


class TestGuards:
    """A failure of ours costs one message, not the run."""

    @pytest.fixture(autouse=True)
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(path: str) -> None:
            raise LookupError(path)

        monkeypatch.setattr(PROJECTS, "of", fail)

    def test_a_hook(self) -> None:
        hook = plugin("2.4.1")(Options()).get_function_hook("chirp.templating.returns.Fragment")
        assert hook is not None
        said: list[str] = []

        def complain(message: str, where: object, code: object) -> None:
            said.append(message)

        api = SimpleNamespace(path="app.py", fail=complain)
        context = SimpleNamespace(api=api, context=None, default_return_type="the type")
        assert cast("Callable[[Any], object]", hook)(context) == "the type"
        assert said == ["internal error of chirp-check, please report it: LookupError: app.py"]

    def test_the_data_of_a_module(self) -> None:
        made = plugin("2.4.1")(Options())
        found = made.report_config_data(ReportConfigContext("app", "app.py", is_check=True))
        assert found == {"failed": "LookupError('app.py')"}


def test_other_functions_have_no_hook() -> None:
    made = plugin("2.4.1")(Options())
    for name in ("builtins.len", "chirp.app.App", "chirp.templating.returns.OOB", "chirpy.Fragment", "chirp.nothing"):
        assert made.get_function_hook(name) is None
