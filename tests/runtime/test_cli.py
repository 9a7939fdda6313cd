"""The command line: run, routes, check; clear errors, no tracebacks but those of the user's own code."""

import json
import sys
from pathlib import Path

import pytest

from chirp import App, cli
from chirp.commands import processes
from chirp.commands.processes import Serving
from chirp.server import dev

APP = """
from chirp import App, AppConfig
app = App(AppConfig(static_dir=None, port=4321))

@app.route("/items/{id:int}", methods=["GET", "POST"])
def item(id: int) -> dict[str, int]: return {"id": id}

@app.route("/", name="home")
def index(): return "home"

def create_app(): return app
def wrong(): return 7
def needy(settings): return app
def failing(): raise LookupError("no settings")
number = 7
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shop.py").write_text(APP)
    (tmp_path / "faulty.py").write_text("import shop\n1 / 0\n")
    (tmp_path / "lacking.py").write_text("import not_installed\n")
    (tmp_path / "broken.py").write_text("app = (\n")
    (tmp_path / "empty.py").write_text("number = 7\n")
    (tmp_path / "several.py").write_text("from chirp import App\none = App()\ntwo = App()\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    for name in ("shop", "faulty", "lacking", "broken", "empty", "several"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


@pytest.mark.parametrize("target", ["shop:app", "shop:create_app", "shop", "shop.py", "./shop.py"])
def test_routes(project: Path, target: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["routes", target]) == 0
    assert capsys.readouterr().out == (
        "METHODS   PATH             NAME  RETURNS         HANDLER\n"
        "GET POST  /items/{id:int}  item  dict[str, int]  shop.item (shop.py:5)\n"
        "GET       /                home                  shop.index (shop.py:8)\n"
    )


def test_routes_for_programs(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "static").mkdir()
    (project / "shop.py").write_text(APP.replace("static_dir=None, ", ""))
    assert cli.main(["routes", "shop:app", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["routes"][0] == {
        "methods": ["GET", "POST"],
        "path": "/items/{id:int}",
        "name": "item",
        "returns": "dict[str, int]",
        "handler": "shop.item",
        "file": str(project / "shop.py"),
        "line": 5,
    }
    assert told["routes"][1]["returns"] is None
    assert (told["version"], told["prefixes"], told["middleware"]) == (1, ["/static"], [])


def test_routes_of_a_frozen_application(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "shop.py").write_text(APP + "app.freeze()\n")
    assert cli.main(["routes", "shop:app"]) == 0
    assert "shop.index" in capsys.readouterr().out


@pytest.mark.parametrize("file", ["app.py", "main.py", "src/app.py", "store/__init__.py", "src/store/app.py"])
def test_the_application_is_found(
    project: Path, file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("app", "main", "store", "store.app"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    (project / file).parent.mkdir(parents=True, exist_ok=True)
    (project / file).write_text(APP)
    if file == "src/store/app.py":
        (project / "src/store/__init__.py").touch()
    assert cli.main(["routes"]) == 0
    assert "/items/{id:int}" in capsys.readouterr().out
    for name in ("app", "main", "store", "store.app"):
        sys.modules.pop(name, None)


def test_a_variable_names_the_application(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHIRP_APP", "shop:create_app")
    assert cli.main(["routes"]) == 0
    assert "shop.index" in capsys.readouterr().out


def test_no_application_to_be_found(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        (project / name).mkdir()
        (project / name / "__init__.py").write_text(APP)
    assert cli.main(["run"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("chirp: which application? There is no app.py, main.py, asgi.py or web.py in ")
    assert error.endswith("candidates are `one`, `two`: name it, as in `chirp run module:app`\n")


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("shop:", "is not of the form module:app"),
        (":app", "is not of the form module:app"),
        ("shop..app", "`shop..app` is not of the form module:app"),
        ("no-module:app", "`no-module:app` is not of the form module:app"),
        ("nowhere:app", "there is no module `nowhere` here"),
        ("shpo:app", "there is no module `shpo` here: did you mean `shop`?"),
        ("shop.nowhere:app", "there is no module `shop.nowhere` here"),
        ("empty", "the module `empty` has no `app`; name one, as in `empty:app`"),
        ("several", "the module `several` has several applications: `one`, `two`; name one, as in `several:one`"),
        ("shop:nothing", "the module `shop` has no `nothing`: did you mean `app`?"),
        ("shop:create_ap", "the module `shop` has no `create_ap`: did you mean `create_app`?"),
        ("shop:number", "`shop:number` is int, not a chirp.App"),
        ("shop:wrong", "`shop:wrong` returns int, not a chirp.App"),
        ("shop:needy", "`shop:needy` cannot be called for an application: needy() missing 1 required"),
        ("shop:failing", "LookupError: no settings"),
        ("faulty:app", "ZeroDivisionError"),
        ("broken:app", "SyntaxError"),
        ("lacking:app", "No module named 'not_installed'"),
    ],
)
@pytest.mark.parametrize("command", ["run", "routes"])
def test_an_application_that_does_not_load(
    project: Path, command: str, target: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([command, target]) == 1
    error = capsys.readouterr().err
    assert error.startswith("chirp: ")
    assert words in error
    assert ("Traceback" in error) == (target in {"faulty:app", "lacking:app", "shop:failing"})
    assert "importlib" not in error, "the calls of the import say nothing"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["serve"],
        ["run", "a:b", "--port", "x"],
        ["run", "a:b", "--port", "65536"],
        ["run", "a:b", "--workers", "0"],
        ["run", "a:b", "--workers", "2", "--reload"],
        ["new"],
        ["new", "shop", "--template", "huge"],
    ],
)
def test_a_wrong_command_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert "usage: chirp" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["new", "run", "routes"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main([command, "--help"])
    assert caught.value.code == 0
    assert f"usage: chirp {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["shop:app"], ("127.0.0.1", 4321)),
        (["shop:app", "--host", "::1", "--port", "0"], ("::1", 0)),
        (["shop:create_app", "--factory"], ("127.0.0.1", 4321)),
    ],
)
def test_what_run_serves(
    project: Path, arguments: list[str], expected: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[tuple[str, int]] = []

    def serve(app: App, host: str, port: int) -> None:
        assert isinstance(app, App)
        served.append((host, port))

    monkeypatch.setattr(dev, "serve", serve)
    assert cli.main(["run", *arguments]) == 0
    assert served == [expected]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["shop:app", "--workers", "3"], Serving("127.0.0.1", 4321, 3)),
        (["shop:create_app", "--factory", "--workers", "2"], Serving("127.0.0.1", 4321, 2, factory=True)),
    ],
)
def test_what_several_processes_serve(
    project: Path, arguments: list[str], expected: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert served_by(monkeypatch, arguments) == [(arguments[0], expected)]


@pytest.mark.parametrize("debug", [True, False])
def test_what_reload_watches(project: Path, monkeypatch: pytest.MonkeyPatch, debug: bool) -> None:
    (project / "templates").mkdir()
    (project / "templates/mail.txt").touch()
    (project / "shop.py").write_text(APP.replace("port=4321", f"port=4321, debug={debug}"))
    monkeypatch.setenv("CHIRP_DEBUG", "0")
    patterns = ("*.py", "_layout.html") if debug else ("*.html", "*.py", "*.txt")
    expected = Serving("127.0.0.1", 4321, 1, True, (project,), patterns, True)
    assert served_by(monkeypatch, ["shop:create_app", "--reload"]) == [("shop:create_app", expected)]


def served_by(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> list[tuple[str, Serving]]:
    """What would be served, and how."""
    served: list[tuple[str, Serving]] = []

    def serve(target: str, how: Serving) -> None:
        served.append((target, how))

    monkeypatch.setattr(processes, "serve_processes", serve)
    assert cli.main(["run", *arguments]) == 0
    return served


def test_check_hands_everything_to_the_analyzer(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["check", "--help"])
    assert caught.value.code == 0
    assert "chirp-check" in capsys.readouterr().out
