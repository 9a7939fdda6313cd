"""The hooks as pre-commit runs them: the repository is cloned, built and installed without a network, then tried.

It takes what the environment does not have: `pre-commit` beside the interpreter or on the path, and in
`CHIRP_WHEELHOUSE` a folder with the wheels of what the project needs to be built and run, as `pip download` fills it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
APP = """from chirp import App, Template

app = App()


@app.route("/")
def home() -> Template:
    return Template("hme.html")
"""


def tool() -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which("pre-commit", path=path)
    if found is None:
        pytest.skip("pre-commit is not installed")
    return found


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the last commit: what is tried is what can be had."""
    folder = tmp_path_factory.mktemp("hooks") / "chirp-check"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", ROOT.as_uri(), folder], check=True, timeout=120)
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """No network: every package comes from the wheelhouse."""
    wheels = os.environ.get("CHIRP_WHEELHOUSE")
    if not wheels:
        pytest.skip("CHIRP_WHEELHOUSE names no folder of wheels")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "VIRTUAL_ENV", "PYTHON"))}
    return clean | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit")),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": wheels,
        "PIP_CONFIG_FILE": os.devnull,
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/home.html").write_text("<p></p>\n")
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "pyproject.toml").write_text("")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.timeout(600)
def test_the_hooks(environment: dict[str, str], repository: Path, project: Path) -> None:
    program = tool()

    def hook(name: str, *files: str) -> tuple[int, str]:
        chosen = ["--files", *files] if files else ["--all-files"]
        command = [program, "try-repo", str(repository), name, *chosen, "--color", "never"]
        done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    code, said = hook("chirp-check", "templates/home.html")
    assert (code, "there is no template `hme.html`" in said) == (1, True), said
    assert hook("chirp-check-changed", "templates/home.html")[0] == 0
    code, said = hook("chirp-check-changed", "app.py")
    assert (code, "there is no template `hme.html`" in said) == (1, True), said
    code, said = hook("chirp-check-fix")
    assert (code, "fixed 1 finding in 1 file" in said) == (1, True), said
    assert (project / "app.py").read_text() == APP.replace("hme", "home")
    assert hook("chirp-check-fix")[0] == 0
    assert hook("chirp-check")[0] == 0
