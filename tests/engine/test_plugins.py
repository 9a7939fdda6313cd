"""Rules of other distributions, each built and installed into a folder of its own, without a network."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parent / "plugin"
APP = """\
from chirp import App, Template

app = App()


@app.route("/")
def home():
    return Template("home.html")
"""
HOME = '<img src="a.png" alt="">\n<img src="b.png" alt="" width="1" height="1">\n'

type Check = Callable[..., subprocess.CompletedProcess[str]]


def installed(source: Path, site: Path) -> None:
    """Build a wheel of a project, and unpack it as an installer does."""
    wheels = site.parent / "wheels"
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", wheels], cwd=source, check=True)
    for wheel in wheels.iterdir():
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)
    shutil.rmtree(wheels)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the plug-in is installed in."""
    folder = tmp_path_factory.mktemp("plugin")
    source = shutil.copytree(PLUGIN, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    installed(source, folder / "site")
    return folder / "site"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "templates").mkdir(parents=True)
    (folder / "pyproject.toml").write_text("")
    (folder / "app.py").write_text(APP)
    (folder / "templates/home.html").write_text(HOME)
    return folder


@pytest.fixture
def check(project: Path) -> Check:
    """Runs `chirp-check` over the project with what is installed in some folders."""

    def run(*arguments: str, sites: tuple[Path, ...] = ()) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(map(str, (*sites, *sys.path)))
        command = [sys.executable, "-m", "chirp_check.cli", *arguments]
        env = {**os.environ, "PYTHONPATH": path, "NO_COLOR": "1"}
        return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False)

    return run


def made(folder: Path, name: str, text: str, points: str = "rules") -> Path:
    """A distribution `name` whose module has this text, as an installer leaves it."""
    info = folder / f"{name}-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[chirp_check.rules]\nown = {name}:{points}\n")
    (folder / f"{name}.py").write_text(text)
    return folder


def rules_of(printed: str) -> list[tuple[str, str]]:
    return [(one["rule"], one["path"]) for one in json.loads(printed)["diagnostics"]]


def test_the_rules_of_an_installed_distribution_run(check: Check, site: Path) -> None:
    assert check().returncode == 0
    done = check("--output-format", "json", sites=(site,))
    assert rules_of(done.stdout) == [("team-named-routes", "app.py"), ("team-image-sizes", "templates/home.html")]
    assert done.returncode == 1


def test_a_finding_is_shown_like_one_of_ours(check: Check, site: Path) -> None:
    done = check("--ignore", "team-image-sizes", sites=(site,))
    assert done.stdout.startswith(
        "error[team-named-routes]: the route `/` has no name\n"
        " --> app.py:7:5\n"
        "7 | def home():\n"
        "  |     ^^^^\n"
        'help: give it `name="…"`\n'
    )


def test_nothing_is_remembered_of_them(check: Check, site: Path, project: Path) -> None:
    before = check("--output-format", "json", sites=(site,)).stdout
    assert check("--output-format", "json", sites=(site,)).stdout == before
    assert check().returncode == 0


def test_levels_and_suppressions_name_them(check: Check, site: Path, project: Path) -> None:
    (project / "app.py").write_text(APP.replace("home():", "home():  # chirp: ignore[team-named-routes]"))
    (project / "pyproject.toml").write_text(
        '[tool.chirp-check.levels]\nteam-image-sizes = "error"\nteam-one-home = "error"\n'
    )
    done = check("--output-format", "concise", sites=(site,))
    assert done.stdout.splitlines()[0] == (
        "templates/home.html:1:1: team-image-sizes this image has no `width` and `height`"
    )
    assert "team-named-routes" not in done.stdout


def test_a_rule_that_sees_the_whole_project(check: Check, site: Path, project: Path) -> None:
    (project / "app.py").write_text(f'{APP}\n\n@app.route("/again")\ndef again():\n    return Template("home.html")\n')
    done = check("--select", "team-one-home", "--output-format", "json", sites=(site,))
    assert rules_of(done.stdout) == [("team-one-home", "app.py")]


MOVING = """\
from chirp_check.api import Finding, ProjectView, TemplateView, rule


@rule("team-old-classes", since="1.0", migration=True)
def rules(template: TemplateView, view: ProjectView):
    \"\"\"A template names a class that htmx 4 does not set.\"\"\"
    yield Finding("an old class", at=template.span)
"""


def test_a_rule_of_a_migration_runs_with_it(check: Check, tmp_path: Path) -> None:
    moving = made(tmp_path / "moving", "moving", MOVING)
    words = ("--output-format", "json")
    done = check("migrate", "--htmx", "4", *words, sites=(moving,))
    assert ("team-old-classes", "templates/home.html") in rules_of(done.stdout)
    assert rules_of(check(*words, sites=(moving,)).stdout) == []
    assert rules_of(check(*words, "--select", "team-old-classes", sites=(moving,)).stdout)


def test_explain_and_rules_know_them(check: Check, site: Path) -> None:
    assert "Write `@app.route" in check("explain", "team-named-routes", sites=(site,)).stdout
    assert check("explain", "team-image-sizes", sites=(site,)).stdout == (
        "# team-image-sizes\n\nAn image has no size, so that the page jumps when it comes.\n"
    )
    assert "An image has no size" in check("rules", sites=(site,)).stdout


def test_one_that_cannot_be_imported_costs_its_own_rules(check: Check, site: Path, tmp_path: Path) -> None:
    broken = made(tmp_path / "broken", "broken", "import nowhere_at_all\n")
    done = check("--output-format", "json", sites=(site, broken))
    assert ("team-named-routes", "app.py") in rules_of(done.stdout)
    first = json.loads(done.stdout)["diagnostics"][0]
    assert first["rule"] == "internal-error"
    assert first["message"] == (
        "loading the rules of plug-in `broken` failed: ModuleNotFoundError: No module named 'nowhere_at_all'"
    )
    assert first["help"] == "this is a bug of `broken`, whose authors need what `chirp-check -v` prints"
    assert done.returncode == 3


def test_one_that_exits_does_not_end_the_check(check: Check, tmp_path: Path) -> None:
    leaving = made(tmp_path / "leaving", "leaving", "raise SystemExit(0)\n")
    done = check("--output-format", "concise", sites=(leaving,))
    assert "loading the rules of plug-in `leaving` failed" in done.stdout
    assert done.returncode == 3


RULE = """\
from collections.abc import Iterator
from chirp_check.api import Finding, ProjectView, RouteView, Span, rule

@rule("{name}", since="1")
def own(route: RouteView, view: ProjectView) -> Iterator[Finding]:
    "A rule."
    {body}

rules = own
"""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("yield 1 / 0", "ZeroDivisionError: division by zero"),
        ("yield 'a'", "AttributeError"),
        (
            "yield Finding('x', at=Span('/elsewhere.py', 0, 1))",
            "ValueError: it has a finding in `/elsewhere.py`, which is no file of the project",
        ),
    ],
)
def test_a_rule_that_fails_is_named(check: Check, tmp_path: Path, body: str, said: str) -> None:
    failing = made(tmp_path / "failing", "failing", RULE.format(name="own-rule", body=body))
    done = check("--output-format", "concise", sites=(failing,))
    assert f"rule `own-rule` of plug-in `failing` failed: {said}" in done.stdout
    assert done.returncode == 3


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("unknown-block", "there is a rule `unknown-block` already, of the checker itself"),
        ("team-one-home", "there is a rule `team-one-home` already, of `team-rules`"),
        ("all", "`all` is no name for a rule"),
        ("Own_Rule", "`Own_Rule` is no name for a rule"),
    ],
)
def test_names_are_one_rule_s(check: Check, site: Path, tmp_path: Path, name: str, said: str) -> None:
    other = made(tmp_path / "zeal", "zeal", RULE.format(name=name, body="yield from ()"))
    done = check("--output-format", "concise", sites=(site, other))
    assert "loading the rules of plug-in `zeal` failed: BadPlugin: " in done.stdout
    assert said in done.stdout


def test_what_is_no_rule_is_refused(check: Check, tmp_path: Path) -> None:
    other = made(tmp_path / "other", "other", "rules = [1]\n")
    done = check("--output-format", "concise", sites=(other,))
    assert "`other:rules` is neither a rule of `chirp_check.api.rule` nor a tuple of such" in done.stdout


def test_a_name_of_rules_that_could_not_be_loaded(check: Check, tmp_path: Path) -> None:
    broken = made(tmp_path / "broken", "broken", "raise ValueError('no')\n")
    done = check("--select", "own-rule", sites=(broken,))
    assert done.returncode == 2
    assert "unknown rule `own-rule`" in done.stderr
    assert "the rules of plug-in `broken` could not be loaded: no" in done.stderr
