"""`chirp-check` as people call it: what is printed where, and the exit code."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chirp_check import cli
from chirp_check.engine import Project
from chirp_check.model.model import Model

GOOD = """\
from chirp import App, Template

app = App()


@app.route("/")
def home():
    return Template("home.html")
"""
BAD = (
    GOOD
    + """

@app.route("/gone")
def gone():
    return Template("hoem.html")
"""
)
WARNED = GOOD.replace('Template("home.html")', 'Template("home.html")  # chirp: ignore')


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project that is the current folder."""
    for name in ("NO_COLOR", "FORCE_COLOR", "CHIRP_OUTPUT_FORMAT", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/home.html").write_text("<p></p>\n")
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Run:
    """Runs commands in process; `out` and `err` hold what the last one printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *words: str) -> int:
        code = cli.main(words)
        self.out, self.err = self._capsys.readouterr()
        assert "Traceback" not in self.err
        return code


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(capsys)


def test_clean(project: Path, run: Run) -> None:
    (project / "app.py").write_text(GOOD)
    assert run() == 0
    assert run.out == "no errors in 2 files (1 route, 1 template)\nverified 2 of 2 references\n"
    assert run.err == ""


def test_errors(project: Path, run: Run) -> None:
    (project / "app.py").write_text(BAD)
    assert run("check") == 1
    assert "error[unknown-template]: there is no template `hoem.html`\n  --> app.py:13:21\n" in run.out
    assert "help: did you mean `home.html`?\n" in run.out
    assert run("--exit-zero") == 0
    assert run("-q") == 1
    assert "verified" not in run.out


def test_warnings_do_not_fail_unless_asked_to(project: Path, run: Run) -> None:
    (project / "app.py").write_text(WARNED)
    assert run() == 0
    assert "warning[bare-ignore]" in run.out
    assert run("--error-on-warning") == 1
    assert run("--error", "bare-ignore") == 1
    assert run("--ignore", "bare-ignore", "--error-on-warning") == 0


def test_levels_on_the_command_line(project: Path, run: Run) -> None:
    (project / "app.py").write_text(BAD)
    (project / "pyproject.toml").write_text('[tool.chirp-check]\nignore = ["unknown-template"]\n')
    assert run() == 0
    assert run("--isolated") == 1
    assert run("--isolated", "--warn", "unknown-template") == 0
    assert run("--isolated", "--select", "unknown-block,unknown-target") == 0
    assert run("--isolated", "--select", "unknown-block", "--extend-select", "unknown-template") == 1
    assert run("--isolated", "--per-file-ignores", "app.py:unknown-template") == 0
    assert run("--isolated", "--exclude", "app.py") == 0
    (project / "other.toml").write_text('[levels]\nunknown-template = "warn"\n')
    assert run("--config", "other.toml") == 0
    assert "warning[unknown-template]" in run.out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--selct", "x"], "error: unknown option `--selct`\nhelp: did you mean `--select`?\n"),
        (["--select", "unknown-blok"], "error: unknown rule `unknown-blok`\nhelp: did you mean `unknown-block`?\n"),
        (["--output-format", "jsn"], "error: --output-format: takes no `jsn`\nhelp: did you mean `json`?\n"),
        (["--color", "x"], "error: --color: takes no `x`\nhelp: it takes `auto`, `always` or `never`\n"),
        (["chekc"], "error: chekc: no such file or folder\nhelp: did you mean `check`?\n"),
        (["nowhere"], "error: nowhere: no such file or folder\n"),
        (["--config", "none.toml"], "error: none.toml: cannot be read: no such file or directory\n"),
        (["--per-file-ignores", "x"], "error: --per-file-ignores: `x` is not of the form PATTERN:RULE\n"),
        (["-o", "no/such/folder.txt"], "error: no/such/folder.txt: cannot be written: no such file or directory\n"),
        (["--stdin-filename", "a.py", "b"], "error: --stdin-filename: takes no other paths\n"),
        (["explain"], "error: explain: name a rule\nhelp: `chirp-check rules` lists them\n"),
        (["explain", "x"], "error: unknown rule `x`\nhelp: `chirp-check rules` lists them\n"),
        (["explain", "unknown-blok"], "error: unknown rule `unknown-blok`\nhelp: did you mean `unknown-block`?\n"),
        (["rules", "--al"], "error: unknown option `--al`\n"),
        (["routes", "nowhere"], "error: nowhere: no such file or folder\n"),
    ],
)
def test_usage(project: Path, run: Run, words: list[str], complaint: str) -> None:
    (project / "app.py").write_text(GOOD)
    assert run(*words) == 2
    assert run.err.startswith(complaint)
    assert run.out == ""


def test_configuration(project: Path, run: Run) -> None:
    (project / "app.py").write_text(GOOD)
    (project / "pyproject.toml").write_text("[tool.chirp-check]\nexlude = []\n")
    assert run() == 2
    assert run.err == "error: pyproject.toml: unknown key `tool.chirp-check.exlude`\nhelp: did you mean `exclude`?\n"
    (project / "pyproject.toml").write_text('[tool.chirp-check]\nignore = ["unknown-blok"]\n')
    assert run() == 2
    assert run.err == "error: pyproject.toml: unknown rule `unknown-blok`\nhelp: did you mean `unknown-block`?\n"


def test_nothing_to_check(project: Path, run: Run) -> None:
    (project / "templates/home.html").unlink()
    assert run() == 2
    assert run.out == ""
    assert run.err == (
        "error: nothing to check: no route, template or rendering under `.`\n"
        "help: name the folder that the application is in; `chirp new NAME` makes one\n"
    )
    assert run("routes") == 2
    assert run.err == "error: no application registers a route here\nhelp: name the folder that it is in\n"
    assert run("routes", "--json") == 0
    assert run.out == "[]\n"
    (project / "tool.py").write_text("x = 1\n")
    assert run() == 2
    assert run("tool.py") == 0


def test_paths(project: Path, run: Run) -> None:
    (project / "app.py").write_text(BAD)
    (project / "other.py").write_text("def f(:\n")
    assert run("other.py") == 1
    assert "1 error " in run.out
    assert "other.py:1:7" in run.out
    assert run("templates/home.html") == 0
    assert run("templates/home.html", "app.py") == 1
    assert "unknown-template" in run.out


def test_a_finding_belongs_to_both_of_its_ends(project: Path, run: Run) -> None:
    (project / "app.py").write_text(GOOD.replace('Template("home.html")', 'Fragment("home.html", "mian")'))
    (project / "templates/home.html").write_text("{% block main %}{% end %}\n")
    (project / "templates/other.html").write_text("<p></p>\n")
    (project / "app.py").write_text((project / "app.py").read_text().replace("Template", "Fragment"))
    assert run("templates/home.html") == 1
    assert run("templates/other.html") == 0


def test_the_project_is_found_from_below(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "app.py").write_text(BAD)
    monkeypatch.chdir(project / "templates")
    assert run(str(project / "app.py"), "--output-format", "concise") == 1
    assert run.out == "app.py:13:21: unknown-template there is no template `hoem.html`\n"


def test_formats(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "app.py").write_text(BAD)
    line = "app.py:13:21: unknown-template there is no template `hoem.html`\n"
    assert run("--output-format", "concise") == 1
    assert run.out == line
    monkeypatch.setenv("CHIRP_OUTPUT_FORMAT", "concise")
    run()
    assert run.out == line
    monkeypatch.setenv("CHIRP_OUTPUT_FORMAT", "concize")
    assert run() == 2
    assert "CHIRP_OUTPUT_FORMAT: unknown format `concize`\nhelp: did you mean `concise`?" in run.err
    assert run("-o", "report.txt", "--output-format", "concise") == 1
    assert (run.out, (project / "report.txt").read_text()) == ("", line)


def test_json(project: Path, run: Run) -> None:
    (project / "app.py").write_text(GOOD.replace('Template("home.html")', 'Fragment("home.html", "mian")'))
    (project / "app.py").write_text((project / "app.py").read_text().replace("App, Template", "App, Fragment"))
    (project / "templates/home.html").write_text("{% block main %}{% end %}\n")
    assert run("--output-format", "json") == 1
    assert json.loads(run.out) == {
        "version": 1,
        "diagnostics": [
            {
                "rule": "unknown-block",
                "level": "error",
                "message": "`home.html` has no block `mian`",
                "help": "did you mean `main`?",
                "path": "app.py",
                "range": {"start": {"line": 8, "column": 34}, "end": {"line": 8, "column": 40}},
                "related": [
                    {
                        "message": "`main` is defined here",
                        "path": "templates/home.html",
                        "range": {"start": {"line": 1, "column": 10}, "end": {"line": 1, "column": 14}},
                    }
                ],
                "fix": {
                    "title": "rename it to `main`",
                    "safe": True,
                    "edits": [
                        {
                            "path": "app.py",
                            "range": {"start": {"line": 8, "column": 35}, "end": {"line": 8, "column": 39}},
                            "text": "main",
                        }
                    ],
                },
                "url": None,
            }
        ],
        "unknowns": {"count": 0, "by_kind": {}},
        "summary": {
            "files": 2,
            "routes": 1,
            "templates": 1,
            "references": 3,
            "resolved": 3,
            "errors": 1,
            "warnings": 0,
        },
    }


def test_json_of_odd_names(project: Path, run: Run) -> None:
    (project / "app.py").write_text(GOOD)
    name = os.fsdecode(b"a%\n\xff.py")
    try:
        (project / name).write_text("def f(:\n")
    except OSError:
        pytest.skip("the file system refuses the name")
    assert run("--output-format", "json") == 1
    assert run.out.isascii()
    assert json.loads(run.out)["diagnostics"][0]["path"] == "a%25%0A%FF.py"
    assert run("--output-format", "concise") == 1
    assert run.out == "a%\\n\\xff.py:1:7: python-syntax invalid syntax\n"
    assert run() == 1
    assert " --> a%\\n\\xff.py:1:7\n" in run.out


def test_unknowns(project: Path, run: Run) -> None:
    text = GOOD.replace('Template("home.html")', "Template(input())")
    (project / "app.py").write_text(text)
    assert run("--unknowns") == 0
    assert run.out.startswith("no errors in 2 files (1 route, 1 template)\nverified 0 of 1 reference; not:\n  1 ")
    assert "\napp.py:8:" in run.out
    assert "\nhelp: template: name the template with a literal" in run.out
    assert "unknown template: " in run.out
    assert run("--output-format", "json") == 0
    assert json.loads(run.out)["unknowns"] == {"count": 1, "by_kind": {"template": 1}}


def test_what_has_to_be_verified(project: Path, run: Run) -> None:
    (project / "app.py").write_text(GOOD)
    assert run("--require-resolved", "100") == 0
    text = GOOD.replace('Template("home.html")', "Template(input())")
    (project / "app.py").write_text(text)
    assert run("--require-resolved", "99") == 1
    assert run.err == (
        "error: 0 % of the references are verified, and 99 % are required\n"
        "help: `--unknowns` lists those that are not, and why\n"
    )
    assert run("--require-resolved", "99", "--exit-zero") == 0
    assert run("--require-resolved", "0") == 0
    assert run("--require-resolved", "all") == 2
    (project / "pyproject.toml").write_text("[tool.chirp-check]\nrequire-resolved = 50\n")
    assert run() == 1
    assert run("--require-resolved", "0") == 0
    (project / "pyproject.toml").write_text("[tool.chirp-check]\nrequire-resolved = 101\n")
    assert run() == 2


def test_colour(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "app.py").write_text(BAD)
    run()
    plain = run.out
    assert "\x1b" not in plain
    run("--color", "always")
    assert "\x1b[1;31merror[unknown-template]\x1b[0m" in run.out
    monkeypatch.setenv("FORCE_COLOR", "1")
    run()
    assert "\x1b" in run.out
    run("--color", "never")
    assert run.out == plain
    monkeypatch.setenv("NO_COLOR", "1")
    run()
    assert run.out == plain


def test_colour_changes_nothing_but_colour(project: Path, run: Run) -> None:
    import re

    (project / "app.py").write_text(BAD + WARNED)
    run()
    plain = run.out
    run("--color", "always")
    assert re.sub("\x1b\\[[0-9;]*m", "", run.out) == plain


def test_statistics_go_to_standard_error(project: Path, run: Run) -> None:
    (project / "app.py").write_text(BAD)
    run()
    plain = run.out
    run("--statistics")
    assert run.out == plain
    assert run.err.startswith("note: `--fix` mends 1 of them\n    1 unknown-template")
    assert "\nchecked 2 files in " in run.err


def test_the_shares_of_a_run_are_its_whole(project: Path, run: Run) -> None:
    (project / "app.py").write_text(BAD)
    lines = "".join(f'<a href="/{number}">{{{{ x{number} }}}}</a>\n' for number in range(2_000))
    (project / "templates/home.html").write_text(lines)
    run("--statistics", "--no-cache", "-q", "--select", "unrouted-link,missing-context")
    *table, _ = run.err.splitlines()
    shares = [float(line.removesuffix(" %").split()[-1]) for line in table]
    assert sum(shares) == pytest.approx(100, abs=5)
    assert [line[6:] for line in table][-1].startswith("reading and resolving ")
    assert any(line[6:].startswith("missing-context ") for line in table)


def test_files_and_settings(project: Path, run: Run) -> None:
    (project / "app.py").write_text(BAD)
    assert run("--show-files") == 0
    assert run.out == "app.py\ntemplates/home.html\n"
    assert run("--show-settings", "--ignore", "unknown-block") == 0
    assert f"root = {str(project)!r}\n" in run.out
    assert "ignore = ('unknown-block',)\n" in run.out


def test_a_buffer_on_standard_input(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "app.py").write_text(GOOD)
    monkeypatch.setattr(sys, "stdin", io.StringIO(BAD))
    assert run("--stdin-filename", "app.py", "--output-format", "concise") == 1
    assert run.out == "app.py:13:21: unknown-template there is no template `hoem.html`\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO("<p>{{ a b }}</p>"))
    assert run("--stdin-filename", "templates/home.html", "-") == 1
    assert "templates/home.html:1:9" in run.out


def test_links_that_lead_out_are_noted(project: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    (project / "app.py").write_text(GOOD)
    (project / "out").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    assert run() == 0
    assert run.err == "note: out: the link leads out of the project and was not followed\n"
    assert run("-q") == 0
    assert run.err == ""


def test_a_bug_of_ours_in_a_rule(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bool:
        raise KeyError("not there")

    (project / "app.py").write_text(BAD + "\ndef f(:\n")
    monkeypatch.setattr(Model, "template_missing", broken)
    assert run() == 3
    assert "error[internal-error]: rule `unknown-template` failed: KeyError: 'not there'" in run.out
    assert "error[python-syntax]" in run.out
    assert cli.main(["-v"]) == 3


def test_a_bug_of_ours_is_said_whatever_is_selected(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bool:
        raise KeyError("not there")

    (project / "app.py").write_text(GOOD)
    monkeypatch.setattr(Model, "template_missing", broken)
    for _ in range(2):  # what is kept for the next run must not hide it
        assert run("--select", "unknown-template") == 3
        assert "error[internal-error]: rule `unknown-template` failed" in run.out
    for words in ((), ("-q",)):
        assert run("--ignore", "internal-error", *words) == 0
        assert "internal-error" not in run.out
        assert run.err == "error: 1 failure of the checker: `internal-error` is off, `-v` shows more\n"


def test_a_bug_of_ours_elsewhere(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("not\nour day")

    (project / "app.py").write_text(GOOD)
    monkeypatch.setattr(Project, "__init__", broken)
    assert run() == 3
    assert run.err.startswith("error: internal error: RuntimeError: not our day\nhelp: this is a bug of chirp-check")


def test_a_bug_of_ours_shows_its_traceback_when_asked_to(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("not our day")

    monkeypatch.setattr(Project, "__init__", broken)
    assert cli.main(["-v"]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Project, "__init__", interrupted)
    assert run() == 130
    assert (run.out, run.err) == ("", "")


def test_the_server_is_handed_over(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[object] = []
    monkeypatch.setattr("chirp_lsp.main.main", given.append)
    run("server", "--stdio")
    assert given == [["--stdio"]]


def test_rules_and_pages(project: Path, run: Run) -> None:
    assert run("rules") == 0
    names = [line.split()[0] for line in run.out.splitlines()]
    assert names == sorted(names)
    assert "unknown-block" in names
    for name in names:
        assert run("explain", name) == 0
        assert run.out.startswith(f"# {name}\n")


def test_routes(project: Path, run: Run) -> None:
    (project / "app.py").write_text(BAD)
    assert run("routes") == 0
    assert [line.split() for line in run.out.splitlines()] == [
        ["GET", "/", "home", "app.py:6"],
        ["GET", "/gone", "gone", "app.py:11"],
    ]
    assert run("routes", "--json") == 0
    listed = json.loads(run.out)
    assert [one["pattern"] for one in listed] == ["/", "/gone"]
    assert listed[1] == {
        "methods": ["GET"], "pattern": "/gone", "handler": "gone", "path": "app.py", "line": 11, "column": 2
    }  # fmt: skip


def test_version(run: Run) -> None:
    assert run("version") == 0
    assert run.out.startswith("chirp-check 0.")
    said = run.out
    assert run("--version") == 0
    assert run.out == said


def test_help(run: Run) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--help"])
    assert caught.value.code == 0


# As a process.

COMMAND = [sys.executable, "-m", "chirp_check.cli"]


def process(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *words], cwd=cwd, env={**os.environ, **environment}, capture_output=True, check=False, timeout=60
    )


def test_a_process(project: Path) -> None:
    (project / "app.py").write_text(BAD)
    done = process(cwd=project)
    assert (done.returncode, done.stderr) == (1, b"note: `--fix` mends 1 of them\n")
    assert b"hoem.html" in done.stdout
    assert b"\x1b" not in done.stdout


def test_a_terminal_that_speaks_ascii_only(project: Path) -> None:
    (project / "app.py").write_text(BAD.replace("hoem", "höm日"))
    done = process(cwd=project, PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert b"h\\xf6m\\u65e5.html" in done.stdout


def test_a_reader_that_leaves(project: Path) -> None:
    (project / "app.py").write_text(BAD)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run([*COMMAND], cwd=project, stdout=pipe, stderr=subprocess.PIPE, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (141, b"")


def test_starting_loads_neither_kida_nor_the_runtime() -> None:
    code = """
import sys
before = set(sys.modules)
import chirp_check.cli
assert not {"chirp", "kida", "msgspec", "tomllib"} & (set(sys.modules) - before), set(sys.modules) - before
import chirp_check.engine, chirp_check.rules
assert not {"chirp", "kida"} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()


def test_one_of_several_applications(project: Path, run: Run) -> None:
    for name in ("shop", "blog"):
        (project / name / "templates").mkdir(parents=True)
        (project / name / "__init__.py").write_text("")
        (project / name / "app.py").write_text(BAD)
        (project / name / "templates/home.html").write_text("<p></p>")
    assert run("--output-format", "concise") == 1
    assert run.out.count("\n") == 2
    for named in ("shop/app.py", "./shop/app.py", "shop.app", "shop.app:app"):
        assert run("--output-format", "concise", "--app", named) == 1
        assert [line.partition(":")[0] for line in run.out.splitlines()] == ["shop/app.py"]
    (project / "pyproject.toml").write_text('[tool.chirp-check]\napps = ["blog/app.py"]\n')
    assert run("--output-format", "concise") == 1
    assert [line.partition(":")[0] for line in run.out.splitlines()] == ["blog/app.py"]
    assert run("--output-format", "concise", "shop") == 1
    assert [line.partition(":")[0] for line in run.out.splitlines()] == ["shop/app.py"]
    assert run("--app", "shp/app.py") == 2
    assert run.err == "error: --app: no application is made in `shp/app.py`\nhelp: did you mean `shop/app.py`?\n"
