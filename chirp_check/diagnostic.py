"""What the checker says: findings and diagnostics; a did-you-mean is of `chirp_check.grammar.names`."""

from collections.abc import Callable
from copy import replace

import msgspec

from chirp_check.level import Level
from chirp_check.source import Span

__all__ = ["Diagnostic", "Edit", "Finding", "Fix", "Label", "Level", "Rewrite", "Structure", "moved", "rename"]


class Label(msgspec.Struct, frozen=True):
    """A secondary place of a finding, usually the other side of the boundary."""

    message: str
    span: Span


class Edit(msgspec.Struct, frozen=True):
    """Replace the text of `span` by `text`."""

    span: Span
    text: str


class Fix(msgspec.Struct, frozen=True):
    """Edits that make the finding go away; `safe` when they cannot change what already works."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


class Rewrite(msgspec.Struct, frozen=True):
    """A change of the structure of a Python file, made with its syntax tree when fixes are applied.

    `kind` "keyword": the innermost call around `at` passes `name=value` as well. "returns": the function whose name is
    at `at` promises `value`, and the file imports from `module` the names in `name`, with spaces between.
    """

    kind: str
    at: Span
    name: str
    value: str
    module: str = ""


class Structure(msgspec.Struct, frozen=True):
    """A fix that rewrites structure: as a `Fix`, with a rewrite in the place of edits."""

    title: str
    rewrite: Rewrite
    safe: bool = True


class Finding(msgspec.Struct, frozen=True):
    """What a rule yields: one fact (lower case, no full stop), its place, and help of one sentence.

    It has a `fix`, or one of its `structure`, or neither.
    """

    message: str
    at: Span
    related: tuple[Label, ...] = ()
    help: str | None = None
    fix: Fix | None = None
    structure: Structure | None = None


class Diagnostic(msgspec.Struct, frozen=True):
    """A finding with the name of its rule and the level the project gives it (never `Level.OFF`)."""

    rule: str
    level: Level
    finding: Finding

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Place, rule and message: the one order of every report."""
        at = self.finding.at
        return (at.path, at.start, at.end, self.rule, self.finding.message)


def moved(finding: Finding, move: Callable[[Span], Span]) -> Finding:
    """A finding with all its places elsewhere."""
    fix, structure = finding.fix, finding.structure
    if fix is not None:
        fix = replace(fix, edits=tuple(replace(one, span=move(one.span)) for one in fix.edits))
    if structure is not None:
        structure = replace(structure, rewrite=replace(structure.rewrite, at=move(structure.rewrite.at)))
    related = tuple(replace(one, span=move(one.span)) for one in finding.related)
    return replace(finding, at=move(finding.at), related=related, fix=fix, structure=structure)


def rename(at: Span, old: str, new: str, *, safe: bool = True) -> Fix | None:
    """The fix that writes another name at a place: a bare word, or a literal between plain quotes; else None."""
    quotes = (at.end - at.start - len(old)) // 2
    if at.end - at.start != len(old) + 2 * quotes or quotes not in (0, 1):
        return None
    return Fix(f"rename it to `{new}`", (Edit(Span(at.path, at.start + quotes, at.end - quotes), new),), safe)
