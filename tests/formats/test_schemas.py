"""What other tools read, against their schemas: findings of all kinds, in files with all kinds of names and letters."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.etree.ElementTree import Element, fromstring

import pytest
import xmlschema
from jsonschema import Draft202012Validator, FormatChecker

from chirp_check import cli
from chirp_check.engine import Project, check
from chirp_check.host import MemoryHost
from chirp_check.report import gitlab, junit, rdjson
from chirp_check.report.outcome import Report
from chirp_check.report.sarif import RuleText, render
from chirp_check.rules import ALL
from tests.harness.cases import read_cases

HERE = Path(__file__).resolve().parent
RULES = HERE.parent.parent / "chirp_check/rules"
APP = """\
from chirp import App, Fragment, Template

app = App()


@app.route("/")
def home():
    title = "😀é"; return Fragment("index.html", "mian", title=title)


@app.route("/other")
def other():
    return Template("index.html")  # chirp: ignore
"""
RIGHT = """\
from chirp import App

app = App()


@app.route("/")
def home() -> str:
    return ""
"""
# No file names elsewhere; letters that no XML and no terminal takes.
NAMES = [
    *("shop é😀", "C:\\shop\\home.html", "new\nline.html", "50%,a:b&<c>.html", "a'b\".html", "x y#z?.html"),
    *(["\udcff.html"] if sys.platform == "linux" else []),  # others refuse what is no Unicode
]
PAGE = (
    "<h1>é😀\x01\x0c</h1>{% block main %}{% end %}\r\n"
    '😀 <a hx-get="/nowhere?é=😀&<>">a</a>{% include "gone😀.html" %}{{ (\n'
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every rule of syntax, an error with a fix and another end, and warnings, in files with odd names."""
    for name in ("CHIRP_OUTPUT_FORMAT", "GITHUB_ACTIONS", "GITHUB_WORKSPACE", "CI_PROJECT_DIR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / NAMES[0]
    (root / "templates").mkdir(parents=True)
    (root / "templates/index.html").write_text("<h1>é</h1>{% block main %}{% end %}\n", encoding="utf-8")
    (root / "pyproject.toml").write_text("[tool.chirp-check.levels]\nunrouted-url = 'warn'\n")
    (root / "my app.py").write_text(APP, encoding="utf-8")
    (root / "bröken.py").write_text("def f(:\n", encoding="utf-8")
    for name in NAMES[1:]:
        (root / "templates" / name).write_bytes(PAGE.encode())
    monkeypatch.chdir(root)
    return root


@cache
def validator(name: str) -> Draft202012Validator:
    schema = json.loads((HERE / "schemas" / name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def json_faults(name: str) -> Callable[[str], list[str]]:
    """What a JSON schema has against a text."""

    def faults(text: str) -> list[str]:
        document: Any = json.loads(text)
        found = validator(name).iter_errors(document)  # pyright: ignore[reportUnknownMemberType]
        return [f"{one.json_path}: {one.message[:200]}" for one in found]

    return faults


@cache
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(HERE / "schemas/junit-10.xsd"))


def junit_faults(text: str) -> list[str]:
    return [f"{one.path}: {one.reason}" for one in junit_schema().iter_errors(text)]


FAULTS: Mapping[str, Callable[[str], list[str]]] = {
    "sarif": json_faults("sarif-2.1.0.json"),
    "gitlab": json_faults("gitlab.json"),
    "rdjson": json_faults("rdjson.json"),
    "junit": junit_faults,
}


@pytest.mark.parametrize("kind", FAULTS)
def test_odd_names_and_letters(project: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    assert cli.main(["--output-format", kind, "--no-cache"]) == 1
    out = capsys.readouterr().out
    assert FAULTS[kind](out) == []
    out.encode("ascii" if kind != "junit" else "utf-8")
    assert "mian" in out
    assert out.count("nowhere") >= len(NAMES) - 1


@pytest.mark.parametrize("kind", FAULTS)
def test_nothing_found(project: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    for file in (project / "templates").iterdir():
        file.unlink()
    (project / "bröken.py").unlink()
    (project / "my app.py").write_text(RIGHT)
    assert cli.main(["--output-format", kind, "-q"]) == 0
    assert FAULTS[kind](capsys.readouterr().out) == []


def reports() -> dict[str, Report]:
    """What the examples of the pages of the rules give."""
    found: dict[str, Report] = {}
    for page in sorted(RULES.glob("*.md")):
        for case in read_cases(page)[:2]:
            files = {f"/p/{path}": text for path, text in case.files().items()}
            found[case.id] = check(Project("/p", MemoryHost(files)))
    return found


def test_findings_of_every_rule() -> None:
    texts = {rule.name: RuleText(rule.summary, (RULES / f"{rule.name}.md").read_text(), rule.level) for rule in ALL}
    seen: set[str] = set()
    features: set[str] = set()
    for name, report in reports().items():
        log = render(report, texts, version="1.2.3", prefix="a b/")
        for kind, text in (
            ("sarif", log),
            ("gitlab", gitlab.render(report)),
            ("rdjson", rdjson.render(report)),
            ("junit", junit.render(report)),
        ):
            assert FAULTS[kind](text) == [], (name, kind)
        results: list[dict[str, Any]] = json.loads(log)["runs"][0]["results"]
        seen |= {one["ruleId"] for one in results}
        features |= {key for one in results for key in one} | {one["level"] for one in results}
    assert len(seen) > len(ALL) * 3 / 4
    assert {"relatedLocations", "fixes", "error", "warning"} <= features


def test_github_takes_the_log(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Code scanning refuses a rule without a full description (GH2012 of Microsoft's validator)."""
    assert cli.main(["--output-format", "sarif"]) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    for rule in run["tool"]["driver"]["rules"]:
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024, rule["id"]
        assert "```" not in rule["fullDescription"]["text"], rule["id"]
        assert rule["name"].isalnum()
    assert run["automationDetails"]["id"].endswith("/")


def sliced(root: Path, place: dict[str, Any]) -> str:
    """What a place of SARIF covers, counted as its readers do: in units of UTF-16."""
    path = root / os.fsdecode(unquote_to_bytes(place["artifactLocation"]["uri"]))
    region = place["region"]
    assert region["startLine"] == region["endLine"]
    number, start, end = int(region["startLine"]), int(region["startColumn"]), int(region["endColumn"])
    line = path.read_bytes().decode().replace("\r\n", "\n").split("\n")[number - 1].encode("utf-16-le")
    return line[start * 2 - 2 : end * 2 - 2].decode("utf-16-le")


def test_columns_are_units_of_utf_16(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--output-format", "sarif"]) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert run["columnKind"] == "utf16CodeUnits"
    places = [(one["ruleId"], one["locations"][0]["physicalLocation"]) for one in run["results"]]
    found = [(rule, sliced(project, place)) for rule, place in places]
    assert ("unknown-block", '"mian"') in found
    assert found.count(("unrouted-url", "/nowhere?é=😀&<>")) == len(NAMES) - 1
    (fix,) = [one["fixes"][0] for one in run["results"] if one["ruleId"] == "unknown-block"]
    (change,) = fix["artifactChanges"]
    region = change["replacements"][0]["deletedRegion"]
    assert sliced(project, {"artifactLocation": change["artifactLocation"], "region": region}) == "mian"


def test_names_come_back(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file of every finding can be found again, from each format."""
    names = {f"templates/{name}" for name in NAMES[1:]} | {"my app.py", "bröken.py"}
    assert cli.main(["--output-format", "sarif"]) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    uris = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]}
    assert {os.fsdecode(unquote_to_bytes(uri)) for uri in uris} >= names
    assert not any(set(uri) & set("\\: ?#%\n") - {"%"} for uri in uris)
    assert cli.main(["--output-format", "gitlab"]) == 1
    paths = {one["location"]["path"] for one in json.loads(capsys.readouterr().out)}
    assert "templates/C:\\shop\\home.html" in paths
    assert cli.main(["--output-format", "junit"]) == 1
    suites: Element = fromstring(capsys.readouterr().out)
    assert len({suite.attrib["name"] for suite in suites}) == len(paths)


def test_a_schema_refuses(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The validators look: what is spoilt is refused."""
    for kind, right, wrong in (
        ("sarif", '"version": "2.1.0"', '"version": "2.0.0"'),
        ("sarif", '"ruleId"', '"ruleID"'),
        ("gitlab", '"severity": "major"', '"severity": "error"'),
        ("rdjson", '"severity": "ERROR"', '"severity": "error"'),
        ("junit", "<failure message=", "<failure massage="),
    ):
        assert cli.main(["--output-format", kind]) == 1
        out = capsys.readouterr().out
        assert right in out, kind
        assert FAULTS[kind](out) == []
        assert FAULTS[kind](out.replace(right, wrong)) != [], kind
