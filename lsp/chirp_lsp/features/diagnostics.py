"""Diagnostics: what the engine reports, as the client wants to see it."""

from collections.abc import Mapping
from hashlib import blake2b

import msgspec

from chirp_check import diagnostic as checker
from chirp_check.source import Span
from chirp_lsp.protocol import Diagnostic, Position, Range, RelatedInformation, Severity
from chirp_lsp.view import View, Views

SOURCE = "chirp-check"
SEVERITIES = {checker.Level.ERROR: Severity.ERROR, checker.Level.WARN: Severity.WARNING}
TOP = Range(start=Position(line=0, character=0), end=Position(line=0, character=0))


def all_diagnostics(views: Views, *, related: bool) -> Mapping[str, tuple[Diagnostic, ...]]:
    """Everything there is to say, by URI. Without `related`, secondary places go into the messages."""
    found: dict[str, list[Diagnostic]] = {}
    for view in views.views:
        for one in view.analysis.report.diagnostics:
            found.setdefault(view.uri(one.finding.at.path), []).append(_diagnostic(one, view, related=related))
        if view.complaint is not None:
            found.setdefault(view.uri(view.complaint.place), []).append(_complaint(view.complaint.message))
    return {uri: tuple(ones) for uri, ones in found.items()}


def result_id(diagnostics: tuple[Diagnostic, ...]) -> str:
    """A name for these diagnostics: equal ones have the same."""
    return blake2b(msgspec.json.encode(diagnostics), digest_size=12).hexdigest()


def _diagnostic(one: checker.Diagnostic, view: View, *, related: bool) -> Diagnostic:
    finding = one.finding
    message = finding.message if finding.help is None else f"{finding.message}\n{finding.help}"
    if not related:
        message += "".join(f"\n{_place(label.span, view)}: {label.message}" for label in finding.related)
    labels = finding.related if related else ()
    return Diagnostic(
        range=view.range(finding.at),
        severity=SEVERITIES[one.level],
        code=one.rule,
        source=SOURCE,
        message=message,
        related_information=tuple(
            RelatedInformation(location=view.location(label.span), message=label.message) for label in labels
        ),
    )


def _place(span: Span, view: View) -> str:
    return f"{span.path}:{view.range(span).start.line + 1}"


def _complaint(message: str) -> Diagnostic:
    return Diagnostic(range=TOP, severity=Severity.ERROR, code="configuration", source=SOURCE, message=message)
