"""Which part of a script comes to which lines of Python and to which templates, by what the interpreter runs."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, TracebackType
from typing import Self

TOOL = 3
NEAR = 2  # a change beside a line that runs is likely seen there too


@dataclass(frozen=True, slots=True)
class Traced:
    """Pairs of a part's name, and a path with a line in it; the line is 0 for a template."""

    seen: tuple[tuple[str, str, int], ...]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, int]]) -> Self:
        """From rows as JSON gives them."""
        return cls(tuple((part, path, line) for part, path, line in rows))

    def touching(self, lines: Mapping[str, range]) -> frozenset[str]:
        """The parts that come to some of the lines."""
        return frozenset(part for part, path, line in self.seen if path in lines and _near(line, lines[path]))


def _near(line: int, lines: range) -> bool:
    return line == 0 or lines.start - NEAR <= line < lines.stop + NEAR


class Trace:
    """Watches what runs below a folder; compiled templates bear the names of their files."""

    def __init__(self, folder: Path) -> None:
        self._folder = f"{folder}/"
        self._part = ""
        self._seen: dict[tuple[str, str, int], None] = {}

    def begin(self, part: str) -> None:
        """What follows belongs to this part."""
        self._part = part
        sys.monitoring.restart_events()

    def seen(self) -> list[tuple[str, str, int]]:
        """What was seen."""
        return list(self._seen)

    def __enter__(self) -> Self:
        events = sys.monitoring.events
        sys.monitoring.use_tool_id(TOOL, "mutants")
        sys.monitoring.register_callback(TOOL, events.LINE, self._line)
        sys.monitoring.register_callback(TOOL, events.PY_START, self._start)
        sys.monitoring.set_events(TOOL, events.LINE | events.PY_START)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        sys.monitoring.set_events(TOOL, 0)
        sys.monitoring.free_tool_id(TOOL)

    def _line(self, code: CodeType, line: int) -> object:
        if code.co_filename.startswith(self._folder) and code.co_filename.endswith(".py"):
            self._seen.setdefault((self._part, code.co_filename.removeprefix(self._folder), line))
        return sys.monitoring.DISABLE

    def _start(self, code: CodeType, offset: int) -> object:
        """A template starts; never turned off, as it may start again in another part."""
        if not code.co_filename.endswith(".html"):
            return sys.monitoring.DISABLE
        self._seen.setdefault((self._part, code.co_filename.removeprefix(self._folder), 0))
        return None
