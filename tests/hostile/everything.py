"""All hostile cases, and the page that shows what came of them."""

from collections.abc import Mapping
from functools import cache

from tests.hostile import (
    cases_bodies,
    cases_cookies,
    cases_events,
    cases_files,
    cases_guards,
    cases_headers,
    cases_life,
    cases_pages,
    cases_requests,
    cases_rest,
    cases_streams,
)
from tests.hostile.case import CASES
from tests.hostile.chirp_side import Chirp
from tests.hostile.framework import Framework
from tests.hostile.starlette_side import Starlette

MODULES = (
    cases_bodies,
    cases_cookies,
    cases_events,
    cases_files,
    cases_guards,
    cases_headers,
    cases_life,
    cases_pages,
    cases_requests,
    cases_rest,
    cases_streams,
)
FRAMEWORKS: tuple[Framework, ...] = (Chirp(), Starlette())

_INTRODUCTION = """\
# Hostile input

Every clause that a hostile client, or a mistake of the application, can put to the test is a numbered case: a request
over ASGI or a call of the application, and what has to hold afterwards. The same cases are put to Starlette 1.10 (with
sse-starlette 3.7) where it has the feature; `–` says that it has none. Some clauses are decisions of this framework,
such as the first of two equal cookies winning, or a 400 in place of a replacement character: a framework that decided
otherwise is not wrong, and is still shown as failing the clause.

`python -m benchmarks.hostile --write` writes this page anew; a test compares it with what happens.
"""


@cache
def outcomes(framework: Framework) -> Mapping[str, str]:
    """What each case came to, by its number."""
    return {number: case.outcome(framework) for number, case in sorted(CASES.items())}


def page() -> str:
    """docs/hostile.md."""
    results = [outcomes(framework) for framework in FRAMEWORKS]
    names = [framework.name for framework in FRAMEWORKS]
    lines = [_INTRODUCTION, f"| topic | cases | {' | '.join(names)} |", f"|---|---|{'---|' * len(names)}"]
    topics: dict[str, list[str]] = {}
    for number, case in sorted(CASES.items()):
        topics.setdefault(case.topic, []).append(number)
    for topic, numbers in topics.items():
        lines.append(f"| {topic} | {len(numbers)} | {' | '.join(_share(result, numbers) for result in results)} |")
    shares = " | ".join(_share(result, list(CASES)) for result in results)
    lines += [f"| **all** | {len(CASES)} | {shares} |", ""]
    for topic, numbers in topics.items():
        lines += [f"## {topic}", "", f"| case | clause | {' | '.join(names)} |", f"|---|---|{'---|' * len(names)}"]
        for number in numbers:
            cells = " | ".join(result[number] for result in results)
            lines.append(f"| {number} | {_cell(CASES[number].clause)} | {cells} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _share(result: Mapping[str, str], numbers: list[str]) -> str:
    applying = [number for number in numbers if result[number] != "–"]
    passed = sum(result[number] == "passes" for number in applying)
    return f"{passed} of {len(applying)}" if applying else "–"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
