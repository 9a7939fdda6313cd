"""Contract checks of an application's own, among the findings of the analyzer."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chirp import App
from chirp.contracts import Breach
from chirp.describe import AppDescription
from tests.runtime.driver import lifespan

SHOP = """
from chirp import App, AppConfig
from chirp.contracts import Breach

app = App(AppConfig(debug=True, static_dir=None))

@app.route("/shouting")
def home():
    return "hello"

@app.route("/quiet", methods=["POST"])
def quiet():
    return "done"

@app.register_contract_check
def loud_paths(description):
    for route in description.routes:
        if "shout" in route.path:
            yield Breach(f"{route.path} shouts", at=route.handler, help="say it softly")
        elif "POST" in route.methods:
            yield Breach("posting is not nice", at=route.handler, error=False)
"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "loud_shop"\n')
    (tmp_path / "loud_shop.py").write_text(SHOP)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    importlib.invalidate_caches()
    monkeypatch.delitem(sys.modules, "loud_shop", raising=False)
    made: App = importlib.import_module("loud_shop").app
    return made


def test_what_a_check_says_is_a_finding(app: App) -> None:
    report = app.check()
    assert str(report).splitlines() == [
        "loud_shop.py:7:1: loud-paths /shouting shouts",
        "loud_shop.py:11:1: loud-paths posting is not nice",
    ]
    assert (report.summary.errors, report.summary.warnings, report.ok) == (1, 1, False)
    assert app.check(warnings_as_errors=True).summary.errors == 2


def test_an_error_keeps_a_debug_application_from_starting(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    (failed,) = lifespan(app)
    assert failed["type"] == "lifespan.startup.failed"
    shown = capsys.readouterr().err
    assert "error[loud-paths]: /shouting shouts" in shown
    assert '7 | @app.route("/shouting")' in shown
    assert "help: say it softly" in shown


def test_a_sentence_is_enough_and_a_check_may_find_nothing(app: App) -> None:
    @app.register_contract_check
    def names(description: AppDescription) -> Iterator[str | Breach]:
        if len(description.routes) == 2:
            yield "there are two routes"
            yield Breach("a builtin is in no file", at=print)

    found = [one.finding for one in app.check().diagnostics if one.rule == "names"]
    assert [one.message for one in found] == ["a builtin is in no file", "there are two routes"]
    assert {(one.at.path, one.at.start, one.at.end) for one in found} == {(".", 0, 0)}
    app.route("/third")(lambda: "x")
    assert [one for one in app.check().diagnostics if one.rule == "names"] == []


def test_checks_are_registered_before_the_first_request() -> None:
    app = App()
    app.freeze()
    with pytest.raises(RuntimeError, match="the contract check `names`"):

        @app.register_contract_check
        def names(description: AppDescription) -> list[str]:  # pyright: ignore[reportUnusedFunction]
            return []
