"""The documentation is true: its files and commands are taken from the page, run, and the output compared.

In a page, "`path`:" before a fence names the file that the fence is; a `diff` fence changes that file; a `console`
fence holds commands (after `$`) and what they print. A `sh` fence is only shown.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FENCE = re.compile(r"^(?:`(?P<path>[^`\n]+)`:\n\n)?```(?P<kind>[\w-]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [page for page in sorted((ROOT / "docs").glob("*.md")) if "```console" in page.read_text(encoding="utf-8")]


def change(file: Path, diff: str) -> None:
    """Replace the lines marked `-` by those marked `+`; the rest of the diff is context that has to be there too."""
    lines = [(line[:1], line[1:].removeprefix(" ")) for line in diff.splitlines()]
    old = "".join(f"{text}\n" for mark, text in lines if mark != "+")
    new = "".join(f"{text}\n" for mark, text in lines if mark != "-")
    source = file.read_text(encoding="utf-8")
    assert source.count(old) == 1, f"{file.name} does not have exactly once:\n{old}"
    file.write_text(source.replace(old, new), encoding="utf-8")


def run(command: str, folder: Path) -> str:
    """What a command of this project prints, as seen in a terminal without colours."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    clean = {key: value for key, value in os.environ.items() if key not in {"GITHUB_ACTIONS", "CI", "FORCE_COLOR"}}
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**clean, "PATH": path, "NO_COLOR": "1", "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout.rstrip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_true(page: Path, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "site"\nversion = "1"\n')
    for fence in FENCE.finditer(page.read_text(encoding="utf-8")):
        if fence["kind"] == "console":
            for part in re.split(r"^\$ ", fence["text"], flags=re.MULTILINE)[1:]:
                command, _, expected = part.partition("\n")
                assert run(command, tmp_path) == expected.rstrip(), f"`{command}` in {page.name}"
        elif fence["kind"] == "diff":
            change(tmp_path / fence["path"], fence["text"])
        elif fence["path"]:
            file = tmp_path / fence["path"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(fence["text"], encoding="utf-8")
