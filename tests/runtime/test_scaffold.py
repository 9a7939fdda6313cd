"""`chirp new`: each template makes a project that is checked, typed, tested, served; nothing of a user is lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chirp import cli
from chirp.scaffold import TEMPLATES, check_name, contents
from tests.runtime.servers import Server, fetch

TOOLS = Path(sys.executable).parent


def run(folder: Path, *command: str) -> str:
    """What a command prints in a folder, as a user runs it; it has to succeed."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV", "CHIRP"))}
    clean |= {"NO_COLOR": "1", "PATH": os.pathsep.join([str(TOOLS), os.environ["PATH"]])}
    done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.fixture(scope="module", params=list(TEMPLATES))
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    printed = run(folder, "chirp", "new", "my-shop", "--template", request.param)
    assert printed.startswith(f"Made my-shop/ from the template `{request.param}`. Next:\n\n  cd my-shop\n")
    return folder / "my-shop"


def test_it_is_complete_and_named(project: Path) -> None:
    files = {file.relative_to(project).as_posix() for file in project.rglob("*") if file.is_file()}
    assert {"app.py", "pyproject.toml", "README.md", ".gitignore", ".pre-commit-config.yaml"} <= files
    assert {"static/style.css"} <= files
    assert any(name.startswith("tests/test_") for name in files)
    assert any(name.endswith(".html") for name in files)
    assert not [name for name in files if name.endswith(".in") or "dot-" in name]
    texts = [file.read_text(encoding="utf-8") for file in project.rglob("*") if file.is_file()]
    assert not any("PROJECT_NAME" in text for text in texts)
    assert any("my-shop" in text for text in texts)
    assert project.stat().st_mode & 0o777 == 0o755


def test_the_checker_finds_nothing_and_leaves_nothing_open(project: Path) -> None:
    printed = run(project, "chirp-check", "--error-on-warning", "--no-cache")
    verified = printed.splitlines()[-1].split()
    assert printed.startswith("no errors")
    assert verified[1] == verified[3], printed


def test_it_is_typed_and_tidy(project: Path) -> None:
    assert run(project, "mypy", "--cache-dir", os.devnull).startswith("Success")
    run(project, "ruff", "check", "--no-cache", ".")
    run(project, "ruff", "format", "--no-cache", "--check", ".")


def test_its_own_tests_pass(project: Path) -> None:
    assert " passed" in run(project, "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore")


def test_it_is_served(project: Path) -> None:
    with Server(project, env={"CHIRP_DEBUG": "1"}) as server:
        status, page = fetch(server.url, "/login" if (project / "accounts.py").exists() else "/")
        assert status == 200
        assert "my-shop" in page
        assert 'name="viewport"' in page
        script = page.partition('<script src="')[2].partition('"')[0]
        assert fetch(server.url, script)[0] == 200
        assert fetch(server.url, "/static/style.css")[0] == 200
        assert fetch(server.url, "/nothing")[0] == 404


def test_the_hook_runs_what_is_installed(project: Path) -> None:
    assert "entry: chirp-check\n" in (project / ".pre-commit-config.yaml").read_text()
    run(project, "chirp-check", "--no-cache")


def test_without_a_secret_the_application_with_accounts_does_not_start(tmp_path: Path) -> None:
    run(tmp_path, "chirp", "new", "safe", "--template", "full")
    clean = {key: value for key, value in os.environ.items() if key not in {"CHIRP_DEBUG", "SECRET_KEY"}}
    command = [sys.executable, "-m", "chirp.cli", "run", "--port", "0"]
    done = subprocess.run(
        command, cwd=tmp_path / "safe", env=clean, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("chirp: SessionMiddleware: secret_key is empty; at least 32 bytes are needed.")
    assert done.stderr.count("\n") == 1


# What is there already


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_with_files_is_left_alone(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "shop").mkdir()
    (here / "shop/app.py").write_text("mine")
    assert cli.main(["new", "shop"]) == 1
    assert capsys.readouterr().err == "chirp: the folder shop/ is there and not empty: nothing was changed\n"
    assert [file.name for file in here.rglob("*")] == ["shop", "app.py"]
    assert (here / "shop/app.py").read_text() == "mine"


def test_an_empty_folder_is_filled(here: Path) -> None:
    (here / "shop").mkdir()
    assert cli.main(["new", "shop"]) == 0
    assert (here / "shop/app.py").is_file()
    assert names(here) == ["shop"]


def test_a_file_of_that_name_is_left_alone(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "shop").write_text("mine")
    (here / "link").symlink_to(here / "nowhere")
    for name in ("shop", "link"):
        assert cli.main(["new", name]) == 1
        assert capsys.readouterr().err == f"chirp: {name} is there and not a folder: nothing was changed\n"
    assert sorted(names(here)) == ["link", "shop"]


def test_what_cannot_be_written_leaves_nothing(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert cli.main(["new", "shop"]) == 1
    assert capsys.readouterr().err == "chirp: cannot make shop/: No space left on device\n"
    assert names(here) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "the project needs a name"),
        ("../shop", "`../shop` is a path"),
        ("a\\b", "is a path"),
        ("my shop", "`my shop` has ' '"),
        ("my.shop", "has '.'"),
        ("café", "has 'é'"),
        ("a\n", "has '\\n'"),
        ("2nd", "does not begin with a letter"),
        ("-x", "does not begin with a letter"),
        ("shop-", "does not begin with a letter and end with a letter or digit"),
        ("x" * 65, "a name of 65 letters is too long: 64 are allowed"),
        ("class", "`class` has another meaning already"),
        ("Chirp", "`Chirp` has another meaning already"),
    ],
)
def test_names_that_cannot_be(name: str, words: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["new", "--", name]) == 1
    error = capsys.readouterr().err
    assert error.startswith("chirp: ")
    assert words in error
    assert names(here) == []


def test_names_that_can_be() -> None:
    for name in ("a", "shop", "my-shop", "my_shop2", "Shop"):
        check_name(name)


def test_the_files_are_files_of_the_package() -> None:
    """Every template has what is needed; nothing of one is missing in another by accident."""
    for template in TEMPLATES:
        paths = [path for path, _ in contents(template, "x")]
        assert len(paths) == len(set(paths))
        assert {"app.py", "pyproject.toml", "README.md", ".gitignore"} <= set(paths)
