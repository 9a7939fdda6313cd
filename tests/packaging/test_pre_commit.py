"""The hooks as pre-commit runs them: the repository is cloned, built and installed without a network, then tried."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging import wheelhouse

ROOT = Path(__file__).resolve().parent.parent.parent
PRE_COMMIT = Path(sys.executable).parent / "pre-commit"
NEEDED = ("kida-templates", "python-multipart", "itsdangerous", "uvicorn", "msgspec", "hatchling")
APP = """from chirp import App, Template

app = App()


@app.route("/")
def home() -> Template:
    return Template("hme.html")
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A clone of the last commit: what is tried is what can be had."""
    folder = tmp_path / "chirp-check"
    command = ["git", "clone", "--quiet", "--depth=1", ROOT.as_uri(), str(folder)]
    if subprocess.run(command, check=False, timeout=60).returncode:
        pytest.skip("not a git checkout")
    return folder


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """No network: every package comes from wheels of what is installed here."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    wheelhouse.fill(wheels, *NEEDED)
    others = ("GIT_", "PIP_", "VIRTUAL", "PYTHON")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(others)}
    return clean | {
        "PATH": os.pathsep.join([str(PRE_COMMIT.parent), os.environ["PATH"]]),
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        "PIP_NO_INDEX": "1",
        "PIP_NO_COMPILE": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_CACHE_DIR": str(tmp_path / "pip"),
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "templates").mkdir(parents=True)
    (folder / "templates/home.html").write_text("<p></p>\n")
    (folder / "app.py").write_text(APP)
    (folder / "pyproject.toml").write_text("")
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    subprocess.run(["git", "add", "."], cwd=folder, check=True)
    return folder


@pytest.mark.timeout(600)
def test_the_hooks(environment: dict[str, str], repository: Path, project: Path) -> None:
    def hooks(*chosen: str) -> tuple[int, dict[str, str], str]:
        """How it ends, what becomes of each hook, and all that is said."""
        command = [str(PRE_COMMIT), "try-repo", str(repository), *chosen, "--color", "never", "--verbose"]
        done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
        lines = [line for line in done.stdout.splitlines() if line.startswith("chirp-check") and "...." in line]
        ends = {line.partition("..")[0]: line.rpartition(".")[2] for line in lines}
        return done.returncode, ends, done.stdout + done.stderr

    # A template is committed: the handler that names it wrongly is in another file.
    code, ends, said = hooks("--files", "templates/home.html")
    assert (code, ends) == (
        1,
        {"chirp-check": "Failed", "chirp-check (changed files)": "Passed", "chirp-check (fix)": "Failed"},
    ), said
    assert "there is no template `hme.html`" in said
    assert "fixed 1 finding in 1 file" in said
    assert (project / "app.py").read_text() == APP.replace("hme", "home")

    code, ends, said = hooks("--all-files")
    assert code == 0, said
    assert list(ends.values()) == ["Passed"] * 3, said
