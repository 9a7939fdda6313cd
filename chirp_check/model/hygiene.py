"""Subjects that the engine makes of its own work: suppressions, and failures of ours."""

import msgspec

from chirp_check.source import Span


class BareIgnore(msgspec.Struct, frozen=True):
    """A suppression that names no rule."""

    span: Span


class UnknownRule(msgspec.Struct, frozen=True):
    """A suppression that names a rule nobody knows; `known` are those there are."""

    name: str
    span: Span
    known: tuple[str, ...]


class UnusedIgnore(msgspec.Struct, frozen=True):
    """A suppression of a rule that finds nothing there; `misplaced`: an `ignore-file` below the top of its file."""

    name: str
    span: Span
    misplaced: bool


class InternalFailure(msgspec.Struct, frozen=True):
    """A rule, or the reading of a file, that raised: `what` failed, and what was raised, in one line.

    `plugin` is the distribution at fault, None when that is the checker itself.
    """

    what: str
    error: str
    span: Span
    plugin: str | None = None
