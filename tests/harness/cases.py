"""Markdown to cases. A heading is a project, a fence is a file, a marker in a file is a promise.

The name of a file stands on the line before its fence, alone and in backticks: `` `templates/index.html`: ``. Without
one a `py` fence is `app.py` and a `toml` fence `pyproject.toml`; an `html` name without a folder is below `templates/`.
`text`, `sh` and `console` fences are for readers. `snapshot` is the full report, `http` are requests to answer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FILES = {"py": "app.py", "html": "templates/index.html", "toml": "pyproject.toml", "js": None, "css": None}
READERS = {"text", "sh", "console", "json"}
_HEADING = re.compile(r"(#+)\s+(.*\S)\s*")
_FENCE = re.compile(r"(`{3,})\s*([\w-]*)\s*")
_NAME = re.compile(r"`([^`]+)`:?")


class BadCase(Exception):
    """A case file that cannot be read as one."""


@dataclass(frozen=True, slots=True)
class Fence:
    """One fence: its language, the file name before it, its text, and the lines (0-based) it has in the page."""

    language: str
    name: str | None
    text: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Case:
    """One heading with its fences."""

    file: Path
    heading: str
    line: int
    fences: list[Fence] = field(default_factory=list[Fence])

    @property
    def id(self) -> str:
        """The name pytest shows."""
        return f"{self.file.stem}::{self.heading}"

    def files(self) -> dict[str, str]:
        """The project: path to text."""
        found: dict[str, str] = {}
        for fence in self.fences:
            if fence.language not in FILES:
                continue
            name = fence.name or FILES[fence.language]
            if name is None:
                raise BadCase(f"{self.file}:{fence.first}: the fence needs a file name before it")
            if fence.language == "html" and "/" not in name:
                name = f"templates/{name}"
            if name in found:
                raise BadCase(f"{self.file}:{fence.first}: {name} is there twice")
            found[name] = fence.text
        return found

    def of(self, language: str) -> Iterator[Fence]:
        """The fences of one language."""
        return (fence for fence in self.fences if fence.language == language)


def read_cases(file: Path) -> list[Case]:
    """The cases of a Markdown file: its headings that have a project."""
    lines = file.read_text(encoding="utf-8").split("\n")
    cases = [Case(file, file.stem, 1)]
    at = 0
    while at < len(lines):
        if heading := _HEADING.fullmatch(lines[at]):
            cases.append(Case(file, heading[2], at + 1))
        elif opening := _FENCE.fullmatch(lines[at]):
            fence, at = _fence(file, lines, at, opening)
            cases[-1].fences.append(fence)
        at += 1
    found = [case for case in cases if case.files()]
    names = [case.heading for case in found]
    for name in names:
        if names.count(name) > 1:
            raise BadCase(f"{file}: two cases are called {name!r}")
    return found


def _fence(file: Path, lines: list[str], at: int, opening: re.Match[str]) -> tuple[Fence, int]:
    """The fence that opens at a line, and the line that closes it."""
    language = opening[2]
    if language not in FILES and language not in READERS and language not in {"snapshot", "http"}:
        raise BadCase(f"{file}:{at + 1}: unknown language {language!r}")
    end = next((n for n in range(at + 1, len(lines)) if lines[n].strip() == opening[1]), None)
    if end is None:
        raise BadCase(f"{file}:{at + 1}: the fence is not closed")
    before = next((line.strip() for line in reversed(lines[:at]) if line.strip()), "")
    name = _NAME.fullmatch(before)
    text = "".join(f"{line}\n" for line in lines[at + 1 : end])
    return Fence(language, name[1] if name else None, text, at + 1, end), end
