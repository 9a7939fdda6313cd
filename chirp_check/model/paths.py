"""File system paths as values: all relative to the project root, without touching a file system."""

from chirp_check.model.domain import Path, Value
from chirp_check.model.entities import Text, Unknown
from chirp_check.source import Span


def folder(path: str) -> str:
    """The folder of a path; of the root, the root."""
    return path.rpartition("/")[0]


def resolve(base: str, relative: str) -> str | None:
    """`relative` seen from the folder `base`, `.` and `..` resolved; None when it is absolute or leaves the root."""
    if relative.startswith(("/", "~")) or "\\" in relative or relative[1:2] == ":":
        return None
    parts = base.split("/") if base else []
    for part in relative.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def join(base: Path, more: Text | Path, span: Span) -> Value:
    """`base / more`."""
    if isinstance(more, Path):
        return more
    joined = resolve(base.text, more.value)
    return Unknown("a path outside the project", span) if joined is None else Path(joined, span)
