"""The outcomes as tables of text."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from benchmarks.confirmed.judging import CONFIRMED, SAME, Outcome
from benchmarks.confirmed.verdict import Where


def share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "0 of 0"


def is_syntax(one: Outcome) -> bool:
    """Whether the failure is a template that Kida cannot read at all."""
    return any(word in one.text for word in ("ParseError", "LexerError", "TemplateSyntaxError"))


def tables(outcomes: Sequence[Outcome]) -> str:
    """How many were confirmed, and of these how many are found, by kind of edit, of failure, and by example."""
    confirmed = [one for one in outcomes if one.state == CONFIRMED]
    found = [one for one in confirmed if one.found]
    whole = [one for one in confirmed if not is_syntax(one)]
    alarms = [one for one in outcomes if one.state == SAME and one.said]
    states = Counter(one.state for one in outcomes).most_common()
    same = sum(one.state == SAME for one in outcomes)
    lines = [
        f"{len(outcomes)} edits: {', '.join(f'{count} {state}' for state, count in states)}",
        f"confirmed that are found: {share(len(found), len(confirmed))}",
        f"  in templates that can be read: {share(sum(one.found for one in whole), len(whole))}",
        *(f"  {where}: {sum(one.where == where for one in confirmed)}" for where in Where),
        f"the same answers in every mode, and a new finding: {share(len(alarms), same)}",
        "",
        *_by("example", confirmed, lambda one: one.app),
        "",
        *_by("failure", confirmed, lambda one: one.failure),
        "",
        *_by("edit", confirmed, lambda one: one.kind),
    ]
    return "\n".join(lines)


def _by(title: str, outcomes: Sequence[Outcome], name: Callable[[Outcome], str]) -> Iterator[str]:
    yield f"{title:<48} {'found':>6} {'of':>5}"
    counted = Counter(name(one) for one in outcomes)
    for key, count in sorted(counted.items()):
        yield f"{key:<48} {sum(one.found for one in outcomes if name(one) == key):>6} {count:>5}"


def misses(outcomes: Sequence[Outcome]) -> str:
    """What was confirmed and is not found."""
    return "\n".join(f"missed: {_told(one)}" for one in outcomes if one.state == CONFIRMED and not one.found)


def alarms(outcomes: Sequence[Outcome]) -> str:
    """What changes nothing and is reported."""
    return "\n".join(f"reported: {_told(one)}" for one in outcomes if one.state == SAME and one.said)


def _told(one: Outcome) -> str:
    said = "".join(f"\n    said: {line}" for line in one.said)
    return f"{one.app} {one.line} [{one.kind}] {one.was!r} → {one.now!r}\n    {one.failure}: {one.text}{said}"
