"""The built wheel and an editable install, each in a clean environment and used from outside the repository."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from process import SetupError, run
from setup import find_uv, uv_environment

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("chirp", "chirp_check", "chirp_lsp", "chirp_mypy")
IMPORTS = f"import {', '.join(PACKAGES)}; print(*(p.__file__ for p in ({', '.join(PACKAGES)})), sep='\\n')"

APP = """from chirp import App, Template

app = App()


@app.route("/")
def home() -> Template:
    return Template("{template}")
"""


@dataclass(frozen=True)
class Environment:
    """A virtual environment with the project and its dependencies."""

    folder: Path

    def __call__(self, *command: str | Path, cwd: Path, code: int = 0) -> str:
        """Run one of the environment's programs and return what it printed, asserting its exit code."""
        program = self.folder / "bin" / command[0]
        clean = {
            key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV", "COV"))
        }
        done = subprocess.run(
            [program, *command[1:]], cwd=cwd, env=clean, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout


def environment(folder: Path, *project: str | Path) -> Environment:
    """A clean environment with the project installed; packages come from the set-up's cache, or the index."""
    try:
        uv, env = find_uv(), uv_environment()
        run(uv, "venv", "--quiet", "--python", sys.executable, folder, env=env)
    except SetupError as error:
        pytest.skip(f"no clean environment can be made: {error}")
    install = [str(uv), "pip", "install", "--quiet", "--python", str(folder / "bin/python")]
    try:
        run(*install, "--offline", *project, env=env)
    except SetupError:
        try:
            run(*install, *project, env=env, timeout=60)
        except SetupError as error:
            pytest.skip(f"the dependencies are neither cached nor to be had: {error}")
    return Environment(folder)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's files, with what an installed checkout and the editor extension have beside them."""
    copy = tmp_path_factory.mktemp("checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    module = copy / "lsp/vscode/node_modules/left/index.js"
    module.parent.mkdir(parents=True)
    module.write_text("module.exports = 1\n")
    links = copy / ".build/import"
    links.mkdir(parents=True)
    (links / "chirp").symlink_to(copy / "chirp", target_is_directory=True)
    return copy


@pytest.fixture(scope="module")
def built(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution and the wheel made from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, checkout)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return environment(tmp_path_factory.mktemp("installed") / "venv", wheel)


@pytest.fixture(scope="module")
def editable(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return environment(tmp_path_factory.mktemp("editable") / "venv", "-e", checkout)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one template, and one handler that renders another."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/home.html").write_text("<h1>hello</h1>\n")
    (tmp_path / "app.py").write_text(APP.format(template="hme.html"))
    return tmp_path


def test_the_wheel_holds_the_four_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    metadata = next(name for name in names if name.endswith(".dist-info/METADATA")).partition("/")[0]
    assert {name.partition("/")[0] for name in names} == {*PACKAGES, metadata}
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)
    assert [name for name in names if "node_modules" in name or name.endswith((".pyc", ".js.map"))] == []


def test_the_wheel_brings_the_page_of_every_rule(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    pages = {f"chirp_check/rules/{page.name}" for page in (ROOT / "chirp_check/rules").glob("*.md")}
    assert pages
    assert pages <= names


def test_the_wheel_brings_htmx_and_its_licence(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    for file in (ROOT / "chirp/htmx/vendor").iterdir():
        assert archive.read(f"chirp/htmx/vendor/{file.name}") == file.read_bytes()
    assert [
        name for name in archive.namelist() if name.endswith(".dist-info/licenses/chirp/htmx/vendor/LICENSE-htmx.txt")
    ]
    for name in ("cytoscape", "dagre"):
        licence = f"licenses/chirp_check/map/vendor/LICENSE-{name}.txt"
        assert [one for one in archive.namelist() if one.endswith(f".dist-info/{licence}")]


def test_the_distributions_bring_what_is_no_module(built: Path, wheel: Path) -> None:
    folders = ("chirp/scaffold/files", "chirp/server/debug.css", "chirp_check/map/page", "chirp_check/map/vendor")
    data = {
        file.relative_to(ROOT).as_posix()
        for folder in folders
        for file in ((ROOT / folder).rglob("*") if (ROOT / folder).is_dir() else [ROOT / folder])
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert len(data) > 30
    assert data <= set(zipfile.ZipFile(wheel).namelist())
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        assert data <= {name.partition("/")[2] for name in file.getnames()}
    assert not [name for name in data if ":" in name], "not every system can unpack such a name"


def test_an_installed_command_makes_a_project(installed: Environment, tmp_path: Path) -> None:
    installed("chirp", "new", "shop", "--template", "pages", cwd=tmp_path)
    assert "no errors" in installed("chirp", "check", cwd=tmp_path / "shop")
    assert "/books/{id:int}" in installed("chirp", "routes", cwd=tmp_path / "shop")


def test_the_wheel_says_what_it_needs(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    metadata = archive.read(next(name for name in archive.namelist() if name.endswith("METADATA"))).decode()
    assert "Name: chirp-check\n" in metadata
    assert "License-Expression: MIT AND 0BSD\n" in metadata
    assert "Requires-Python: >=3.14\n" in metadata
    needs = [line.partition(": ")[2] for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    plain = {need.partition("<")[0].partition(">")[0] for need in needs if "extra ==" not in need}
    assert plain == {"kida-templates", "python-multipart", "itsdangerous", "uvicorn", "msgspec"}


def test_the_source_distribution_has_no_node_modules(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        names = file.getnames()
    assert [name for name in names if "node_modules" in name or "/.venv/" in name or "/.build/" in name] == []
    assert any(name.endswith("/tests/test_tidy.py") for name in names)


@pytest.mark.parametrize("kind", ["installed", "editable"])
def test_the_packages_import_outside_the_repository(
    kind: str, project: Path, request: pytest.FixtureRequest, checkout: Path
) -> None:
    run_in: Environment = request.getfixturevalue(kind)
    files = run_in("python", "-c", IMPORTS, cwd=project).splitlines()
    home = checkout if kind == "editable" else run_in.folder
    assert all(Path(file).is_relative_to(home) for file in files)
    assert not any(Path(file).is_relative_to(ROOT) for file in files)


@pytest.mark.parametrize("kind", ["installed", "editable"])
def test_nothing_else_becomes_importable(kind: str, project: Path, request: pytest.FixtureRequest) -> None:
    run_in: Environment = request.getfixturevalue(kind)
    folders = ("tests", "tools", "docs", "lsp", "mypy_plugin", "examples", "benchmarks")
    code = f"from importlib.util import find_spec; print([name for name in {folders!r} if find_spec(name)])"
    assert run_in("python", "-c", code, cwd=project) == "[]\n"


@pytest.mark.parametrize("kind", ["installed", "editable"])
def test_the_commands_work_outside_the_repository(kind: str, project: Path, request: pytest.FixtureRequest) -> None:
    run_in: Environment = request.getfixturevalue(kind)
    assert run_in("chirp-check", "version", cwd=project).startswith("chirp-check 0.")
    assert "usage: chirp " in run_in("chirp", "--help", cwd=project)
    printed = run_in("chirp-check", "--output-format", "concise", cwd=project, code=1)
    assert "app.py:8:21: unknown-template" in printed
    assert "`hme.html`" in printed
    (project / "app.py").write_text(APP.format(template="home.html"))
    run_in("chirp-check", cwd=project)


@pytest.mark.parametrize("kind", ["installed", "editable"])
def test_type_checkers_find_the_packages(kind: str, project: Path, request: pytest.FixtureRequest) -> None:
    python = request.getfixturevalue(kind).folder / "bin/python"
    (project / "app.py").write_text(f"import {', '.join(PACKAGES)}\nfrom chirp import App\nreveal_type(App())\n")
    tools = Path(sys.executable).parent
    mypy = run(
        tools / "mypy", "--strict", "--python-executable", python, "--cache-dir", os.devnull, "app.py", cwd=project
    )
    assert 'Revealed type is "chirp.app.App"' in mypy
    pyright = run(tools / "pyright", "--pythonpath", python, "app.py", cwd=project)
    assert 'Type of "App()" is "App"' in pyright


def test_the_type_of_everything_public_is_known(installed: Environment, project: Path) -> None:
    pyright = Path(sys.executable).parent / "pyright"
    path = os.pathsep.join([str(installed.folder / "bin"), os.environ["PATH"]])
    command = [str(pyright), "--verifytypes", "chirp", "--ignoreexternal", "--outputjson"]
    env = os.environ | {"PATH": path}
    done = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, timeout=240, check=False)
    told = json.loads(done.stdout)["typeCompleteness"]
    unknown = [(one["name"], one["diagnostics"]) for one in told["symbols"] if not one["isTypeKnown"]]
    assert told["symbols"], done.stdout
    assert unknown == []


def test_the_hooks_of_pre_commit_work(installed: Environment, project: Path) -> None:
    text = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    found = re.findall(r"^- id: (\S+)\n(?:  .*\n)*?  entry: (.*)$", text, re.MULTILINE)
    entries = {name: entry.split() for name, entry in found}
    whole, changed = entries["chirp-check"], entries["chirp-check-changed"]
    assert "unknown-template" in installed(*whole, cwd=project, code=1)
    assert "unknown-template" in installed(*changed, "app.py", cwd=project, code=1)
    assert "unknown-template" not in installed(*changed, "templates/home.html", cwd=project)
    (project / "settings.py").write_text("DEBUG = True\n")
    installed(*changed, "settings.py", cwd=project)
    installed(*entries["chirp-check-fix"], cwd=project, code=1)
    installed(*entries["chirp-check-fix"], cwd=project)
    assert (project / "app.py").read_text() == APP.format(template="home.html")
