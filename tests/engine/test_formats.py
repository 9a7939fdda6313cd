"""What other tools read: each format against what its specification requires, and the same bytes every time."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import cast
from urllib.parse import unquote

import pytest

from chirp_check import cli
from chirp_check.options import FORMATS

APP = """\
from chirp import App, Fragment, Template

app = App()


@app.route("/")
def home():
    return Template("index.html")  # chirp: ignore


@app.route("/other")
def other() -> Fragment:
    title = "😀é"; return Fragment("index.html", "mian", title=title)


@app.route("/same")
def same() -> Fragment:
    title = "😀é"; return Fragment("index.html", "mian", title=title)
"""
# Of every object of SARIF 2.1.0 that we write: which properties it must have, and which it may have.
SARIF: Mapping[str, tuple[set[str], set[str]]] = {
    "log": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool"}, {"automationDetails", "columnKind", "invocations", "results"}),
    "automationDetails": (set(), {"id"}),
    "tool": ({"driver"}, set()),
    "driver": ({"name"}, {"fullName", "version", "rules"}),
    "rules": ({"id"}, {"name", "shortDescription", "fullDescription", "help", "defaultConfiguration"}),
    "fullDescription": ({"text"}, {"markdown"}),
    "shortDescription": ({"text"}, {"markdown"}),
    "help": ({"text"}, {"markdown"}),
    "defaultConfiguration": (set(), {"enabled", "level"}),
    "invocations": ({"executionSuccessful"}, set()),
    "results": (
        {"message"},
        {"ruleId", "ruleIndex", "level", "locations", "partialFingerprints", "relatedLocations", "fixes"},
    ),
    "message": ({"text"}, set()),
    "locations": (set(), {"physicalLocation"}),
    "relatedLocations": (set(), {"id", "physicalLocation", "message"}),
    "physicalLocation": ({"artifactLocation"}, {"region"}),
    "artifactLocation": (set(), {"uri", "uriBaseId"}),
    "region": ({"startLine"}, {"startColumn", "endLine", "endColumn"}),
    "deletedRegion": ({"startLine"}, {"startColumn", "endLine", "endColumn"}),
    "fixes": ({"artifactChanges"}, {"description"}),
    "description": ({"text"}, set()),
    "artifactChanges": ({"artifactLocation", "replacements"}, set()),
    "replacements": ({"deletedRegion"}, {"insertedContent"}),
    "insertedContent": (set(), {"text"}),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an error that has another end and a fix, and a warning, in a folder with an odd name."""
    for name in ("CHIRP_OUTPUT_FORMAT", "GITHUB_ACTIONS", "GITHUB_WORKSPACE", "CI_PROJECT_DIR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "the shop"
    (root / "templates").mkdir(parents=True)
    (root / "templates/index.html").write_text("<h1>é</h1>{% block main %}{% end %}\n", encoding="utf-8")
    (root / "pyproject.toml").write_text("")
    (root / "my app.py").write_text(APP, encoding="utf-8")
    monkeypatch.chdir(root)
    return root


def report(kind: str, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.main(["--output-format", kind, *words]) == 1
    out, err = capsys.readouterr()
    assert err == ("note: `--fix` mends 2 of them\n" if kind == "full" else "")
    return out


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_bytes_every_time(project: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    first = report(kind, capsys, "--no-cache")
    assert first == report(kind, capsys, "--no-cache")
    assert first == report(kind, capsys)
    assert first == report(kind, capsys)
    assert cli.main(["--output-format", kind, "-o", "report"]) == 1
    written = (project / "report").read_text(encoding="utf-8")
    assert capsys.readouterr().out == ""
    assert first.startswith(written)
    assert written


@pytest.mark.parametrize("kind", ["github", "gitlab", "sarif", "junit", "rdjson", "json-lines"])
def test_nothing_found(project: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    (project / "my app.py").write_text(APP.replace("mian", "main").replace("  # chirp: ignore", ""))
    assert cli.main(["--output-format", kind, "-q"]) == 0
    out = capsys.readouterr().out
    if kind in ("github", "json-lines"):
        assert out == ""
    elif kind == "gitlab":
        assert json.loads(out) == []
    elif kind == "junit":
        assert ET.fromstring(out).attrib == {"name": "chirp-check", "tests": "1", "failures": "0", "errors": "0"}
    elif kind == "rdjson":
        assert json.loads(out)["diagnostics"] == []
    else:
        assert json.loads(out)["runs"][0]["results"] == []


def test_json_lines_are_the_diagnostics_of_the_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = report("json-lines", capsys).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(report("json", capsys))["diagnostics"]
    assert len(lines) > 2


def test_github(project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    out = report("github", capsys)
    assert (
        "::error title=chirp-check (unknown-block),file=my app.py,line=13,endLine=13,col=49,endColumn=55"
        "::my app.py:13:49: unknown-block `index.html` has no block `mian`%0Ahelp: did you mean `main`?\n"
    ) in out
    assert "::warning title=chirp-check (bare-ignore),file=my app.py,line=8," in out
    assert "in 2 files" in out.splitlines()[-2]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert cli.main([]) == 1
    assert capsys.readouterr().out == out
    assert cli.main(["--output-format", "concise"]) == 1
    assert not capsys.readouterr().out.startswith("::")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project.parent))
    assert "file=the shop/my app.py," in report("github", capsys)


def test_github_escapes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "my app.py").rename(project / "50%,a:b.py")
    first = report("github", capsys).splitlines()[0]
    assert ",file=50%25%2Ca%3Ab.py,line=" in first
    assert "::50%25,a:b.py:" in first


def test_gitlab(project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    issues = json.loads(report("gitlab", capsys))
    assert len({one["fingerprint"] for one in issues}) == len(issues)
    for one in issues:
        assert set(one) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert one["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert one["location"]["positions"]["begin"]["line"] >= 1
    assert {one["severity"] for one in issues} == {"major", "minor"}
    monkeypatch.setenv("CI_PROJECT_DIR", str(project.parent))
    assert json.loads(report("gitlab", capsys))[0]["location"]["path"] == "the shop/my app.py"


def test_junit(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suites = ET.fromstring(report("junit", capsys))
    assert suites.tag == "testsuites"
    assert int(suites.attrib["tests"]) == len(suites.findall(".//testcase"))
    assert int(suites.attrib["failures"]) == len(suites.findall(".//failure")) > 0
    for suite in suites:
        assert suite.tag == "testsuite"
        assert {"name", "tests", "failures", "errors", "skipped"} == set(suite.attrib)
        assert int(suite.attrib["tests"]) == len(suite)
        assert int(suite.attrib["skipped"]) == len(suite.findall("testcase/skipped"))
        for case in suite:
            assert (case.tag, set(case.attrib)) == ("testcase", {"name", "classname"})
            assert [(part.tag in ("failure", "skipped"), set(part.attrib)) for part in case] == [
                (True, {"message", "type"})
            ]


def test_rdjson_counts_bytes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = json.loads(report("rdjson", capsys))
    assert result["source"]["name"] == "chirp-check"
    lines = (project / "my app.py").read_bytes().split(b"\n")
    blocks = [one for one in result["diagnostics"] if one["code"]["value"] == "unknown-block"]
    assert blocks
    for one in blocks:
        start, end = one["location"]["range"]["start"], one["location"]["range"]["end"]
        assert lines[start["line"] - 1][start["column"] - 1 : end["column"] - 1] == b'"mian"'
        (suggestion,) = one["suggestions"]
        start, end = suggestion["range"]["start"], suggestion["range"]["end"]
        assert lines[start["line"] - 1][start["column"] - 1 : end["column"] - 1] == b"mian"
        assert suggestion["text"] == "main"
    assert {one["severity"] for one in result["diagnostics"]} == {"ERROR", "WARNING"}


def conforms(name: str, value: object) -> None:
    """Assert that an object and all below it have what SARIF requires and nothing that it does not know."""
    if isinstance(value, list):
        for one in cast("list[object]", value):
            conforms(name, one)
    elif name == "partialFingerprints":
        assert all(isinstance(one, str) for one in cast("dict[str, object]", value).values())
    elif isinstance(value, dict):
        members = cast("dict[str, object]", value)
        required, allowed = SARIF[name]
        assert required <= set(members) <= required | allowed, name
        for key, one in members.items():
            conforms("run" if key == "runs" else key, one)
    elif name in ("startLine", "startColumn", "endLine", "endColumn"):
        assert isinstance(value, int)
        assert value >= 1
    elif name == "level":
        assert value in ("none", "note", "warning", "error")


def test_sarif(project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    text = report("sarif", capsys)
    log = json.loads(text)
    conforms("log", log)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["columnKind"] == "utf16CodeUnits"
    rules = run["tool"]["driver"]["rules"]
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
        assert unquote(one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) == "my app.py"
    keys = [one["partialFingerprints"]["chirpCheck/v1"] for one in run["results"]]
    assert len(set(keys)) == len(keys)
    found, *_ = [one for one in run["results"] if one["locations"][0]["physicalLocation"]["region"]["startLine"] == 13]
    assert found["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 13,
        "startColumn": 50,  # the emoji before it has two units
        "endLine": 13,
        "endColumn": 56,
    }
    related = found["relatedLocations"][0]["physicalLocation"]
    assert related["artifactLocation"]["uri"] == "templates/index.html"
    (change,) = found["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"]["text"] == "main"
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project.parent))
    assert '"uri": "the%20shop/my%20app.py"' in report("sarif", capsys)


def test_fingerprints_outlive_moves(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = json.loads(report("gitlab", capsys))
    (project / "my app.py").write_text("\n\n" + APP.replace("Fragment, Template", "Fragment,  Template"))
    after = json.loads(report("gitlab", capsys))
    assert [one["fingerprint"] for one in before] == [one["fingerprint"] for one in after]
    assert [one["location"] for one in before] != [one["location"] for one in after]


def test_a_report_replaces_a_file_at_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = project / "kept.sarif"
    target.write_text("before")
    target.chmod(0o640)
    link = project / "link.sarif"
    link.symlink_to(target)
    assert cli.main(["--output-format", "sarif", "-o", "link.sarif"]) == 1
    assert link.is_symlink()
    assert json.loads(target.read_text())["version"] == "2.1.0"
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in project.glob("*sarif*")) == ["kept.sarif", "link.sarif"]
    assert cli.main(["--output-format", "concise", "-o", "/dev/null"]) == 1
    assert Path("/dev/null").is_char_device()
