"""Which lines of some packages were reached; asking costs nothing once a line has been seen."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import chirp

RUNTIME = (Path(chirp.__file__).parent,)
FUNCTION = 2  # the flag of code that has local names


class Lines:
    """The lines of functions in some folders and files that are reached while it counts."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self.seen: set[tuple[str, int]] = set()
        self._folders = tuple(str(folder) if folder.suffix else f"{folder}/" for folder in folders)
        self._tool = sys.monitoring.OPTIMIZER_ID

    def start(self) -> None:
        """Begin to count."""
        sys.monitoring.use_tool_id(self._tool, "fuzz")
        sys.monitoring.register_callback(self._tool, sys.monitoring.events.LINE, self._line)
        sys.monitoring.set_events(self._tool, sys.monitoring.events.LINE)

    def stop(self) -> None:
        """Count no more."""
        sys.monitoring.set_events(self._tool, 0)
        sys.monitoring.free_tool_id(self._tool)

    def _line(self, code: CodeType, line: int) -> Any:
        if code.co_flags & FUNCTION and line > code.co_firstlineno and code.co_filename.startswith(self._folders):
            self.seen.add((code.co_filename, line))
        return sys.monitoring.DISABLE


def lines_below(folders: tuple[Path, ...]) -> int:
    """How many lines there are to reach."""
    files = (file for folder in folders for file in ([folder] if folder.suffix else sorted(folder.rglob("*.py"))))
    return sum(len(_lines(file)) for file in files)


def _lines(file: Path) -> set[int]:
    module = compile(file.read_bytes(), str(file), "exec")
    return {
        line for code in _functions(module) for _, _, line in code.co_lines() if line and line > code.co_firstlineno
    }


def _functions(code: CodeType) -> Iterator[CodeType]:
    """The code of functions; that of modules and classes runs once, before anything is put in."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            if inner.co_flags & FUNCTION:
                yield inner
            yield from _functions(inner)
