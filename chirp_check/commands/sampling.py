"""Which share of a run each rule takes: a clock of the processor interrupts, and the stack tells who works."""

import signal
import threading
from annotationlib import Format, get_annotations
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from inspect import unwrap
from types import CodeType, FrameType
from typing import Any, get_args

from chirp_check.model.subjects import PRODUCERS
from chirp_check.rule import Rule

EVERY = 0.001  # seconds of the processor between two samples
REST, SHARED = "reading and resolving", "what several rules judge"


@contextmanager
def shares(rules: Iterable[Rule]) -> Generator[Counter[str]]:
    """Count samples by rule while the block runs; nothing where the system or the thread cannot be interrupted."""
    counts: Counter[str] = Counter()
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield counts
        return
    names = _names(tuple(rules))

    def sample(_: int, frame: FrameType | None) -> None:
        while frame is not None:
            name = names.get(frame.f_code)
            if name is not None:
                counts[name] += 1
                return
            frame = frame.f_back
        counts[REST] += 1

    before = signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        yield counts
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _names(rules: tuple[Rule, ...]) -> Mapping[CodeType, str]:
    """Whom the time of a function belongs to: a rule's check, and what makes the subjects of one rule alone."""
    found: dict[CodeType, str] = {}
    for producer in PRODUCERS:
        kinds = set(_kinds(producer))
        served = [rule.name for rule in rules if rule.subject in kinds]
        _add(found, producer, served[0] if len(served) == 1 else SHARED)
    for rule in rules:
        _add(found, rule.check, rule.name)
    return found


def _add(found: dict[CodeType, str], function: Callable[..., Any], name: str) -> None:
    code: object = unwrap(function).__code__
    if isinstance(code, CodeType):
        found[code] = name


def _kinds(function: Callable[..., Any]) -> Iterator[object]:
    """The classes in what a function is said to give."""
    pending: list[object] = [get_annotations(unwrap(function), format=Format.FORWARDREF).get("return")]
    while pending:
        one = pending.pop()
        yield one
        pending += get_args(one)


def table(found: Mapping[str, int], samples: Mapping[str, int]) -> list[str]:
    """A line for each rule that found something or took time: how often, its name, its share."""
    total = sum(samples.values())
    shown = {name for name, count in samples.items() if count * 1000 >= total} - {REST, SHARED} | set(found)
    width = max((len(name) for name in (*shown, REST, SHARED)), default=0)
    ranked = sorted(shown, key=lambda one: (-found.get(one, 0), -samples.get(one, 0), one))
    lines = [f"{found.get(name, 0):5} {name:<{width}} {_percent(samples.get(name, 0), total)}" for name in ranked]
    return [*lines, *(f"      {name:<{width}} {_percent(samples.get(name, 0), total)}" for name in (SHARED, REST))]


def _percent(part: int, total: int) -> str:
    return f"{100 * part / total:5.1f} %"
