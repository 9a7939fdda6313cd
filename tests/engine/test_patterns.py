"""Path patterns against git's own opinion."""

import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chirp_check.syntax.patterns import Patterns

SEGMENTS = ("a", "b", "ab", "abc", "a b", "a-b", "[x]", "build", "x.py", "y.html", "a*b")
PIECES = (
    "a",
    "b",
    "ab",
    "*",
    "**",
    "?",
    "[ab]",
    "[!a]",
    "[a-c]",
    "[]a]",
    "\\*",
    "\\[",
    "x.py",
    "é",
    "[[:alpha:]]",
    " ",
)

paths = st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=4).map("/".join)
patterns = st.lists(
    st.lists(st.sampled_from((*PIECES, "/", "/")), min_size=1, max_size=6).map("".join), min_size=1, max_size=4
)
prefixes = st.sampled_from(("", "", "!", "/"))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


def ignored_by_git(repository: Path, lines: list[str], names: list[str]) -> set[str]:
    """Which of the file names git ignores."""
    (repository / ".gitignore").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    command = ["git", "-c", "core.excludesFile=", "check-ignore", "--no-index", "-z", "--stdin"]
    text = "".join(f"{name}\0" for name in names)
    done = subprocess.run(command, cwd=repository, input=text, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode in (0, 1), done.stderr
    return {name for name in done.stdout.split("\0") if name}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.tuples(prefixes, patterns.map(lambda found: found[0])), min_size=1, max_size=4),
    names=st.lists(paths, min_size=1, max_size=12, unique=True),
)
def test_git_agrees(repository: Path, lines: list[tuple[str, str]], names: list[str]) -> None:
    written = [prefix + pattern for prefix, pattern in lines]
    ours = Patterns(written)
    assert {name for name in names if ours.covers(name)} == ignored_by_git(repository, written, names)


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("*.py", "a/b.py", True),
        ("/*.py", "a/b.py", False),
        ("tests/", "tests/a.py", True),
        ("tests/", "a/tests/b.py", True),
        ("tests/", "tests", False),
        ("a/b", "a/b/c.py", True),
        ("a/b", "x/a/b/c.py", False),
        ("**/b", "x/a/b", True),
        ("a/**", "a", False),
        ("a/**", "a/b", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("# not", "# not", False),
        ("\\# yes", "# yes", True),
        ("\\!x", "!x", True),
        ("x ", "x", True),
        ("x\\ ", "x ", True),
        ("[", "[", False),
        ("", "x", False),
        ("?", "é", True),  # git counts bytes here; people do not
    ],
)
def test_patterns(pattern: str, path: str, covered: bool) -> None:
    assert Patterns([pattern]).covers(path) is covered


def test_the_last_one_decides() -> None:
    assert not Patterns(["*.py", "!keep.py"]).covers("keep.py")
    assert Patterns(["!keep.py", "*.py"]).covers("keep.py")


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 40 + "b", "a" * 2_000),
        ("**/a/" * 30 + "b", "a/" * 1_000 + "c"),
        ("**/*a*a/" * 20 + "b", "aa/" * 500 + "c"),
        ("**/" * 30 + "b", "a/" * 1_000 + "c"),
        ("[ab]*" * 40 + "c", "ab" * 1_000),
        ("*" * 100 + "b", "a" * 2_000),
    ],
)
def test_many_stars_take_no_time(pattern: str, path: str) -> None:
    start = time.process_time()
    assert not Patterns([pattern]).covers(path)
    assert Patterns([pattern.replace("b", "*").replace("[a*]", "[ab]").replace("c", "*")]).covers(path)
    assert time.process_time() - start < 5
