"""Runs the rules over the subjects of one file, and remembers what they found until something they read changes."""

from collections.abc import Iterator
from copy import replace
from typing import Any, cast

import msgspec

from chirp_check.api import ProjectView, subjects_in
from chirp_check.diagnostic import Finding
from chirp_check.model.entities import FileProblem
from chirp_check.model.hygiene import BareIgnore, InternalFailure, UnknownRule, UnusedIgnore
from chirp_check.model.inputs import files
from chirp_check.model.memory import Queries, query
from chirp_check.model.migration import moves_of
from chirp_check.model.model import Model
from chirp_check.model.outlines import module_outline, template_outline
from chirp_check.model.subjects import subjects_of
from chirp_check.report.visible import plain
from chirp_check.rule import Rule
from chirp_check.rules import ALL
from chirp_check.source import Span

WHOLE = Span(".", 0, 0)
OURS = (FileProblem, BareIgnore, UnknownRule, UnusedIgnore, InternalFailure)


class Failure(msgspec.Struct, frozen=True):
    """Something that raised: what it was doing, what was raised, and where; `rule` when that is what it was."""

    what: str
    error: Exception
    span: Span
    rule: str | None = None


class Verdict(msgspec.Struct, frozen=True):
    """What rules found, each with its rule's name, and where they failed."""

    found: tuple[tuple[str, Finding], ...] = ()
    failures: tuple[Failure, ...] = ()


@query
def judged(model: Queries, path: str, names: frozenset[str]) -> Verdict:
    """What the rules of these names find in one file of the project."""
    try:
        subjects = subjects_of(model, path)
        if any(rule.migration and rule.name in names for rule in ALL):
            subjects = {**subjects, **moves_of(model, path)}
    except Exception as error:  # noqa: BLE001 - the boundary: a failure of ours is reported, the rest goes on
        return Verdict((), (Failure("resolving the project", error, Span(path, 0, 0)),))
    rules = (rule for rule in ALL if rule.subject in subjects and rule.name in names)
    return judge(model, ((rule, one) for rule in rules for one in subjects[rule.subject]))


@query
def marked(model: Queries, path: str) -> bool:
    """Whether a file may hold suppressions."""
    return (module_outline if path.endswith(".py") else template_outline)(model, path).marked


def ours(model: Queries, subjects: tuple[object, ...], names: frozenset[str]) -> Verdict:
    """What the rules say about subjects that the engine made itself."""
    rules = [rule for rule in ALL if rule.subject in OURS and rule.name in names]
    return judge(model, ((rule, one) for rule in rules for one in subjects if isinstance(one, rule.subject)))


def judge(model: Queries, cases: Iterator[tuple[Rule, Any]]) -> Verdict:
    """What rules say about subjects."""
    found: list[tuple[str, Finding]] = []
    failures: list[Failure] = []
    for rule, subject in cases:
        try:
            found += [(rule.name, _on_one_line(one)) for one in rule.check(subject, cast("Model", model))]
        except Exception as error:  # noqa: BLE001 - the boundary: a failure of ours is reported, the rest goes on
            failures.append(Failure(f"rule `{rule.name}`", error, _place(subject) or WHOLE, rule.name))
    return Verdict(tuple(found), tuple(failures))


@query
def plugged(model: Queries, path: str, rules: tuple[Rule, ...]) -> Verdict:
    """What rules of other distributions find in one file."""
    cases = ((rule, one) for rule in rules for one in subjects_in(model, path, rule.subject))
    return _checked(model, judge(model, cases))


@query
def plugged_once(model: Queries, rules: tuple[Rule, ...]) -> Verdict:
    """What rules of other distributions find that look at the project as a whole."""
    return _checked(model, judge(model, ((one, ProjectView(model)) for one in rules if one.subject is ProjectView)))


def _checked(model: Queries, verdict: Verdict) -> Verdict:
    """What others found, that which is at no place of the project as a failure of the rule."""
    found: list[tuple[str, Finding]] = []
    failures = list(verdict.failures)
    for name, finding in verdict.found:
        if finding.at.path in (WHOLE.path, *files(model)):
            found.append((name, finding))
        else:
            wrong = ValueError(f"it has a finding in `{finding.at.path}`, which is no file of the project")
            failures.append(Failure(f"rule `{name}`", wrong, WHOLE, name))
    return Verdict(tuple(found), tuple(failures))


def _on_one_line(finding: Finding) -> Finding:
    """The finding with what would break its message's line escaped: names in it may hold anything."""
    message = plain(finding.message)
    return finding if message == finding.message else replace(finding, message=message)


def _place(subject: object, depth: int = 2) -> Span | None:
    """The first span in a subject, for saying where a rule failed on it."""
    if isinstance(subject, Span):
        return subject
    values: tuple[object, ...] = ()
    if isinstance(subject, msgspec.Struct):
        values = msgspec.structs.astuple(subject)
    places = (_place(value, depth - 1) for value in values) if depth >= 0 else ()
    return next((place for place in places if place is not None), None)
