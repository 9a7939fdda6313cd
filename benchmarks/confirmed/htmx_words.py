"""The attributes that the htmx which the framework brings reads, by its own text and not by a table."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import chirp

VENDORED = Path(chirp.__file__).parent / "htmx/vendor"
SCRIPTS = ("htmx-2.0.11.min.js", "htmx-ext-sse-2.2.4.min.js")
# Put together at run time: `hx-` and a method, `hx-on:` and an event.
_VERBS = {f"hx-{verb}" for verb in ("get", "post", "put", "patch", "delete")}


@cache
def _text() -> str:
    return "".join((VENDORED / name).read_text(encoding="utf-8") for name in SCRIPTS)


@cache
def _is_read(name: str) -> bool:
    return name in _VERBS or re.search(rf'["\'\[]{re.escape(name)}["\'\]=]', _text()) is not None


def unread(names: Iterable[str]) -> Iterator[str]:
    """The names for htmx, by how they begin, that it never asks for."""
    for name in names:
        if name.startswith(("hx-", "sse-")) and not name.startswith(("hx-on:", "hx-on-")) and not _is_read(name):
            yield name
