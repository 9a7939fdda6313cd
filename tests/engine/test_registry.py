"""`registry-mismatch`: where the text and the running application do not have the same routes."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chirp import App

START = """\
from chirp import App

app = App()


@app.route("/")
def home():
    return "home"


def register(app):
    @app.route("/inner")
    def inner():
        return "inner"


"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "pyproject.toml").write_text("")
    yield tmp_path
    sys.modules.pop("registry_example", None)


def said(folder: Path, more: str) -> list[str]:
    """What `app.check()` says of an application that ends like this."""
    path = folder / "app.py"
    path.write_text(START + more)
    spec = importlib.util.spec_from_file_location("registry_example", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["registry_example"] = module
    spec.loader.exec_module(module)
    app: object = vars(module)["app"]
    assert isinstance(app, App)
    return str(app.check()).splitlines()


def test_a_route_that_is_not_there(folder: Path) -> None:
    more = """\
route, app.route = app.route, lambda path: lambda handler: handler


@app.route("/reports")
def reports():
    return "reports"


app.route = route
"""
    assert said(folder, more) == [
        "app.py:20:12: registry-mismatch the live application has no route `/reports`",
    ]


def test_a_route_that_the_text_does_not_show(folder: Path) -> None:
    more = """\
register(app)
exec("app.route('/hidden')(home)")
"""
    assert said(folder, more) == [
        "app.py:3:7: registry-mismatch the live application has a route `/hidden` that the text does not show",
    ]


@pytest.mark.parametrize(
    "more",
    [
        "register(app)",
        "",
        "if not app:\n    @app.route('/debug')\n    def debug():\n        return 'debug'\n",
        "for name in ('a', 'b'):\n    app.route(f'/{name}', name=name)(home)\n",
        "for name in str(1 + 1):\n    app.route(f'/{name}', name=name)(home)\n",
        "other = App()\n\n\n@other.route('/other')\ndef there():\n    return 'other'\n",
    ],
    ids=["by a function", "never called", "under a condition", "in a loop", "computed", "another application"],
)
def test_where_both_may_be_right(folder: Path, more: str) -> None:
    assert said(folder, more) == []
