"""`App.check()`: the same engine over the same text, with what only the running application knows."""

import asyncio
import importlib.util
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from chirp import App
from chirp.errors import ConfigurationError
from chirp.testing import TestClient
from chirp_check.engine import Project, check
from chirp_check.host import DiskHost

ROOT = Path(__file__).resolve().parent.parent.parent
APP = """\
from functools import partial, wraps

from chirp import App, AppConfig, Fragment, Template

app = App(AppConfig(debug={debug}))


def logged(handler):
    @wraps(handler)
    def inner():
        return handler()

    return inner


class Pages:
    def method(self):
        return Template("home.html")

    def __call__(self):
        return Template("home.html")


@app.route("/")
@logged
def home():
    return {home}


for name in ("a", "b"):
    app.route(f"/computed/{{name}}", name=name)(partial(Template, "home.html"))

app.route("/method", name="method")(Pages().method)
app.route("/object", name="object")(Pages())
"""
HOME = '<p id="here">{% block main %}<a hx-get="/computed/a" hx-target="#here">x</a>{% end %}</p>'


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "site/templates").mkdir(parents=True)
    (tmp_path / "site/templates/home.html").write_text(HOME)
    yield tmp_path
    sys.modules.pop("live_example", None)


def load(folder: Path, *, home: str = 'Template("home.html")', debug: bool = False) -> App:
    path = folder / "site/app.py"
    path.write_text(APP.format(home=home, debug=debug))
    spec = importlib.util.spec_from_file_location("live_example", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["live_example"] = module
    spec.loader.exec_module(module)
    found = names(module)["app"]
    assert isinstance(found, App)
    return found


def names(module: ModuleType) -> dict[str, object]:
    return vars(module)


def test_a_clean_application(folder: Path) -> None:
    report = load(folder).check()
    assert str(report) == ""
    assert report.ok
    assert report.summary.routes == 5


def test_it_finds_what_the_command_line_finds(folder: Path) -> None:
    report = load(folder, home='Fragment("home.html", "mian")').check()
    assert str(report) == "site/app.py:27:34: unknown-block `home.html` has no block `mian`"
    assert report.diagnostics == check(Project(str(folder), DiskHost())).diagnostics


def test_the_live_routes_complete_the_inventory(folder: Path) -> None:
    (folder / "site/templates/home.html").write_text('<a hx-get="/computed/c">x</a>')
    app = load(folder)
    assert [one.rule for one in app.check().diagnostics] == ["unrouted-url"]


def test_other_applications_of_the_repository_are_left_alone(folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "other/app.py").write_text("def f(:\n")
    assert str(load(folder).check()) == ""


def test_warnings_as_errors(folder: Path) -> None:
    app = load(folder, home='Template("home.html")  # chirp: ignore')
    assert app.check().ok
    report = app.check(warnings_as_errors=True)
    assert not report.ok
    assert (report.summary.errors, report.summary.warnings) == (1, 0)


def test_configuration_is_followed(folder: Path) -> None:
    app = load(folder, home='Fragment("home.html", "mian")')
    (folder / "pyproject.toml").write_text('[tool.chirp-check]\nignore = ["unknown-block"]\n')
    assert str(app.check()) == ""
    (folder / "pyproject.toml").write_text("[tool.chirp-check]\nignroe = []\n")
    with pytest.raises(ConfigurationError, match=r"unknown key `tool\.chirp-check\.ignroe`"):
        app.check()


def started(app: App) -> None:
    async def run() -> None:
        async with TestClient(app):
            pass

    asyncio.run(run())


def test_debug_refuses_to_start_on_errors(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigurationError, match="the contract checks found 1 error"):
        started(load(folder, home='Fragment("home.html", "mian")', debug=True))
    said = capsys.readouterr().err
    assert "error[unknown-block]: `home.html` has no block `mian`\n  --> site/app.py:27:34\n" in said


def test_debug_prints_warnings_and_starts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    started(load(folder, home='Template("home.html")  # chirp: ignore', debug=True))
    assert "warning[bare-ignore]" in capsys.readouterr().err


def test_without_debug_nothing_is_checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    started(load(folder, home='Fragment("home.html", "mian")'))
    assert capsys.readouterr().err == ""


def test_handlers_that_no_file_holds(tmp_path: Path) -> None:
    code = "from chirp import App\n\napp = App()\napp.route('/')(eval('lambda: 1'))\napp.route('/len')(len)\n"
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "app.py").write_text(code)
    found = runpy.run_path(str(tmp_path / "app.py"))["app"].check()
    assert (found.root, found.summary.routes, found.summary.errors) == (str(tmp_path), 2, 0)


def test_the_tracker() -> None:
    from examples.tracker.app import create_app

    live = create_app().check()
    static = check(Project(str(ROOT), DiskHost(), ("examples/tracker",)))
    assert str(live) == str(static) == ""
