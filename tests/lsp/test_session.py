"""What a session does over time: versions, cancellation, pull and push, changes outside the editor."""

import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.raw import APP, Raw, server, write_project

HOVER = "textDocument/hover"
PULLS = {
    "workspace": {"diagnostics": {"refreshSupport": True}},
    "textDocument": {"diagnostic": {"dynamicRegistration": False}},
}
BROKEN = APP.replace('"main"', '"mian"')
CANCELLED, MODIFIED = -32800, -32801


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_project(tmp_path)
    return tmp_path


@pytest.fixture
def raw() -> Iterator[Raw]:
    with server() as made:
        yield made


def published(raw: Raw, path: Path) -> dict[str, Any]:
    """The next diagnostics of a file."""
    while (params := raw.notified("textDocument/publishDiagnostics"))["uri"] != path.as_uri():
        pass
    return dict(params)


def codes(published: dict[str, Any]) -> list[str]:
    return [one["code"] for one in published["diagnostics"]]


def about(path: Path) -> dict[str, object]:
    return {"textDocument": {"uri": path.as_uri()}, "position": {"line": 12, "character": 36}}


def test_diagnostics_carry_the_version_they_are_about(raw: Raw, project: Path) -> None:
    raw.initialize(project)
    raw.open(project / "app.py", version=5)
    assert published(raw, project / "app.py") == {
        "uri": (project / "app.py").as_uri(),
        "diagnostics": [],
        "version": 5,
    }
    raw.change(project / "app.py", [{"text": BROKEN}], 9)
    found = published(raw, project / "app.py")
    assert (found["version"], codes(found)) == (9, ["unknown-block"])


def test_a_closed_document_has_the_diagnostics_of_the_disk(raw: Raw, project: Path) -> None:
    (project / "app.py").write_text(BROKEN, encoding="utf-8")
    raw.initialize(project)
    found = published(raw, project / "app.py")
    assert (codes(found), "version" in found) == (["unknown-block"], False)
    raw.open(project / "app.py", APP)
    assert codes(published(raw, project / "app.py")) == []
    raw.notify("textDocument/didClose", {"textDocument": {"uri": (project / "app.py").as_uri()}})
    assert codes(published(raw, project / "app.py")) == ["unknown-block"]


def test_nothing_is_said_twice(raw: Raw, project: Path) -> None:
    raw.initialize(project)
    raw.open(project / "app.py")
    published(raw, project / "app.py")
    raw.notify("textDocument/didSave", {"textDocument": {"uri": (project / "app.py").as_uri()}})
    assert raw.request(HOVER, about(project / "app.py"))["result"] is not None
    assert raw.quiet(0.5)


def test_a_cancelled_request_is_refused_once(raw: Raw, project: Path) -> None:
    raw.initialize(project)
    raw.open(project / "app.py")
    raw.answer(raw.ask(HOVER, about(project / "app.py")))
    raw.change(project / "app.py", [{"text": APP + "x = 1\n" * 20_000}], 2)
    identity = raw.ask(HOVER, about(project / "app.py"))
    raw.notify("$/cancelRequest", {"id": identity})
    assert raw.answer(identity)["error"]["code"] == CANCELLED
    following = raw.ask(HOVER, about(project / "app.py"))
    assert "block" in raw.answer(following)["result"]["contents"]["value"]


def test_a_request_about_text_that_has_changed_is_refused(raw: Raw, project: Path) -> None:
    raw.initialize(project)
    raw.open(project / "app.py")
    raw.answer(raw.ask(HOVER, about(project / "app.py")))
    raw.change(project / "app.py", [{"text": APP + "x = 1\n" * 20_000}], 2)
    identity = raw.ask(HOVER, about(project / "app.py"))
    raw.change(project / "app.py", [{"text": APP}], 3)
    assert raw.answer(identity)["error"]["code"] == MODIFIED


class TestPull:
    def test_it_is_offered_only_to_clients_that_can_be_asked_to_pull_again(self, raw: Raw, project: Path) -> None:
        answer = raw.initialize(project, PULLS)
        assert answer["result"]["capabilities"]["diagnosticProvider"]["interFileDependencies"] is True

    def test_reports_and_their_names(self, raw: Raw, project: Path) -> None:
        raw.initialize(project, PULLS)
        raw.open(project / "app.py", BROKEN)
        document = {"uri": (project / "app.py").as_uri()}
        first = raw.request("textDocument/diagnostic", {"textDocument": document})["result"]
        assert (first["kind"], [one["code"] for one in first["items"]]) == ("full", ["unknown-block"])
        again = {"textDocument": document, "previousResultId": first["resultId"]}
        second = raw.request("textDocument/diagnostic", again)["result"]
        assert second == {"kind": "unchanged", "resultId": first["resultId"]}
        raw.change(project / "app.py", [{"text": APP}], 2)
        third = raw.request("textDocument/diagnostic", again)["result"]
        assert (third["kind"], third["items"]) == ("full", [])

    def test_the_workspace_with_files_that_are_not_open(self, raw: Raw, project: Path) -> None:
        (project / "app.py").write_text(BROKEN, encoding="utf-8")
        raw.initialize(project, PULLS)
        items = raw.request("workspace/diagnostic", {"previousResultIds": []})["result"]["items"]
        uri = (project / "app.py").as_uri()
        assert [(one["uri"], one["version"], len(one["items"])) for one in items] == [(uri, None, 1)]
        known = [{"uri": uri, "value": items[0]["resultId"]}]
        raw.open(project / "app.py", APP)
        items = raw.request("workspace/diagnostic", {"previousResultIds": known})["result"]["items"]
        assert [(one["uri"], one["version"], one["items"]) for one in items] == [(uri, 1, [])]

    def test_the_client_is_asked_to_pull_again_and_never_pushed_to(self, raw: Raw, project: Path) -> None:
        raw.initialize(project, PULLS)
        raw.open(project / "app.py", BROKEN)
        message = raw.next()
        assert message["method"] == "workspace/diagnostic/refresh"
        raw.send({"jsonrpc": "2.0", "id": message["id"], "result": None})
        raw.change(project / "app.py", [{"text": APP}], 2)
        assert raw.next()["method"] == "workspace/diagnostic/refresh"
        assert raw.quiet(0.5)


def test_files_that_change_on_the_disk_are_noticed(raw: Raw, project: Path) -> None:
    raw.initialize(project)
    raw.open(project / "app.py")
    assert codes(published(raw, project / "app.py")) == []
    (project / "templates" / "home.html").unlink()
    assert codes(published(raw, project / "app.py")) == ["unknown-template", "unknown-template"]


def test_a_client_that_watches_files_is_asked_to(raw: Raw, project: Path) -> None:
    raw.initialize(project, {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}})
    message = raw.next()
    assert message["method"] == "client/registerCapability"
    raw.send({"jsonrpc": "2.0", "id": message["id"], "result": None})
    raw.open(project / "app.py")
    assert codes(published(raw, project / "app.py")) == []
    (project / "templates" / "home.html").unlink()
    raw.notify("workspace/didChangeWatchedFiles", {"changes": []})
    assert codes(published(raw, project / "app.py")) == ["unknown-template", "unknown-template"]


def test_folders_come_and_go(raw: Raw, project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    write_project(other)
    (other / "app.py").write_text(BROKEN, encoding="utf-8")
    raw.initialize(project)
    event = {"added": [{"uri": other.as_uri(), "name": "other"}], "removed": []}
    raw.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    assert codes(published(raw, other / "app.py")) == ["unknown-block"]
    event = {"added": [], "removed": [{"uri": other.as_uri(), "name": "other"}]}
    raw.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    assert codes(published(raw, other / "app.py")) == []


def test_without_a_folder_the_project_of_a_document_is_found(raw: Raw, project: Path) -> None:
    raw.initialize()
    raw.open(project / "app.py", BROKEN)
    assert codes(published(raw, project / "app.py")) == ["unknown-block"]


def test_a_folder_that_is_a_link(raw: Raw, project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    link = tmp_path_factory.mktemp("links") / "project"
    link.symlink_to(project, target_is_directory=True)
    raw.initialize(link)
    raw.open(link / "app.py", BROKEN)
    assert codes(published(raw, link / "app.py")) == ["unknown-block"]


def test_a_mistake_in_the_configuration_is_shown_and_the_rest_checked(raw: Raw, project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.chirp-check]\nnonsense = 1\n")
    (project / "app.py").write_text(BROKEN, encoding="utf-8")
    raw.initialize(project)
    assert codes(published(raw, project / "app.py")) == ["unknown-block"]
    found = published(raw, project / "pyproject.toml")
    assert [(one["code"], one["message"]) for one in found["diagnostics"]] == [
        ("configuration", "unknown key `tool.chirp-check.nonsense`")
    ]


def test_the_first_answer_takes_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than 300 ms of processor time from the start of the process: waiting for other processes does not count."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # nor does measuring coverage
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with server() as raw:
        raw.request("initialize", {"capabilities": {}})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.3
