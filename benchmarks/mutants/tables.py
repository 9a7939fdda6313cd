"""Outcomes as tables of text: per operator, per rule, per carrier, per application; and what was missed."""

from collections.abc import Callable, Iterable

from benchmarks.mutants.operators import ALL
from benchmarks.mutants.run import Outcome


def tables(outcomes: Iterable[Outcome]) -> str:
    """All tables and the sums.

    `sites` are all mutants, `count` those where the runtime differs, `noise` those with findings nobody asked for.
    """
    outcomes = list(outcomes)
    ways: tuple[tuple[str, Callable[[Outcome], str]], ...] = (
        ("operator", _operator),
        ("rule", lambda one: one.rule),
        ("carrier", lambda one: one.carrier),
        ("application", lambda one: one.app),
    )
    width = max(len(operator.name) for operator in ALL)
    lines: list[str] = []
    for title, way in ways:
        lines += [f"{title:{width}}  sites  count  found  exact  noise", *_rows(outcomes, way, width), ""]
    lines.append(_row("all", outcomes, width))
    count = [one for one in outcomes if one.effective]
    found, exact = sum(one.found for one in count), sum(one.exact for one in count)
    faults = sum(bool(one.fault) for one in outcomes)
    if faults:
        lines.append(f"the engine that stays failed, or said something else than a new one: {faults} times")
    kinds = len({one.operator for one in outcomes if not one.control})
    same = [one for one in outcomes if one.control]
    alarms, differing = sum(bool(one.others) for one in same), sum(one.difference is not None for one in same)
    lines.append(f"\n{len(same)} rewrites without a mistake: {alarms} of them reported, {differing} run differently")
    lines.append(
        f"{kinds} operators; {found} of {len(count)} found: {found / max(1, len(count)):.1%}; "
        f"{exact} of these at the exact place: {exact / max(1, found):.1%}"
    )
    return "\n".join(lines)


def _operator(one: Outcome) -> str:
    return one.operator


def _rows(outcomes: list[Outcome], way: Callable[[Outcome], str], width: int) -> list[str]:
    keys = dict.fromkeys(way(one) for one in outcomes)
    order = {operator.name: at for at, operator in enumerate(ALL)}
    known = sorted(keys, key=lambda key: (order.get(key, 0), key) if way is _operator else (0, key))
    return [_row(key, [one for one in outcomes if way(one) == key], width) for key in known]


def _row(name: str, outcomes: list[Outcome], width: int) -> str:
    count = [one for one in outcomes if one.effective]
    found, exact = sum(one.found for one in count), sum(one.exact for one in count)
    others = sum(bool(one.others) for one in count)
    return f"{name:{width}}  {len(outcomes):5}  {len(count):5}  {found:5}  {exact:5}  {others:5}"


def misses(outcomes: Iterable[Outcome]) -> str:
    """The mutants that count and are not found where they should be: what the runtime does, and what was said."""
    lines: list[str] = []
    for one in outcomes:
        if one.fault:
            lines.append(f"\nengine: {one.operator} in {one.app} at {one.place}: {one.changed}\n  {one.fault}")
        if one.control and (one.others or one.difference):
            lines.append(f"\nalarm: {one.operator} in {one.app} at {one.place}: {one.changed}")
            lines += [f"  runtime: {one.difference}", *(f"  said: {other}" for other in one.others)]
        if one.effective and not one.exact:
            lines += [
                f"\nmissed: {one.operator} [{one.rule}] in {one.app} at {one.place}: {one.changed}",
                f"  runtime: {one.difference}",
                *(f"  due: {due}" for due in one.missed),
                *(f"  said: {other}" for other in one.others),
            ]
    return "\n".join(lines)
