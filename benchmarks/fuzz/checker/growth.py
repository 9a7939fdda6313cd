"""How the work grows with a text: a piece repeated twice as often may take about twice the steps, not four times."""

import sys
from collections.abc import Callable, Sequence
from types import CodeType
from typing import Any

from chirp_check.facts.extract import read_template
from chirp_check.facts.module import read_module
from chirp_check.source import SourceFile
from chirp_check.syntax.limits import TooLargeError

MARK = "\x1f"  # divides what comes before, what is repeated, and what comes behind
TIMES = 100
STEEP = 3.0  # twice the text takes at most so many times the steps
FEW = 20_000  # steps that nobody waits for


def begin() -> Sequence[str]:
    """Pieces that once took long, or might."""
    pieces = (
        "<p a='",
        "{{ ",
        "{% if a %}",
        "{# ",
        "(",
        "x.",
        "not ",
        "<!--",
        "{% raw %}",
        "'\\",
        "f'{",
        "[",
        "- ",
        "a~",
    )
    return [f"{before}{MARK}{piece}{MARK}{behind}" for piece in pieces for before, behind in (("", ""), ("{{ ", " }}"))]


def growth(text: str) -> None:
    """The steps of reading a text with a piece in it, repeated."""
    before, _, rest = text.partition(MARK)
    piece, _, behind = rest.partition(MARK)
    if not piece.strip():
        return
    for read in (_template, _module):
        once = steps(read, before + piece * TIMES + behind)
        twice = steps(read, before + piece * TIMES * 2 + behind)
        if twice > FEW and twice > once * STEEP:
            more = steps(read, before + piece * TIMES * 4 + behind)
            assert more <= twice * STEEP, f"{once}, {twice}, {more} steps"


def steps(read: Callable[[str], None], text: str) -> int:
    """How many branches and calls of Python code it takes."""
    counted = 0
    tool, events = sys.monitoring.PROFILER_ID, sys.monitoring.events

    def count(code: CodeType, *_: Any) -> None:
        nonlocal counted
        counted += 1

    sys.monitoring.use_tool_id(tool, "growth")
    kinds = (events.PY_START, events.JUMP, events.BRANCH_LEFT, events.BRANCH_RIGHT)
    try:
        for kind in kinds:
            sys.monitoring.register_callback(tool, kind, count)
        sys.monitoring.set_events(tool, sum(kinds))
        read(text)
    finally:
        sys.monitoring.set_events(tool, 0)
        sys.monitoring.free_tool_id(tool)
    return counted


def _template(text: str) -> None:
    try:
        read_template(SourceFile("t.html", text))
    except TooLargeError:
        return


def _module(text: str) -> None:
    try:
        read_module(SourceFile("m.py", text))
    except TooLargeError:
        return
