"""One trial: mistakes are planted, all safe fixes applied, and what is left is set against what was asked for."""

import io
import tokenize
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.mutants.application import Application, elements
from benchmarks.mutants.mutation import Mutant
from benchmarks.mutants.oracle import refused
from benchmarks.mutants.site import folder_of, project
from benchmarks.mutants.verdict import varied
from chirp_check.commands.mending import Mending, mend
from chirp_check.engine import Session
from chirp_check.report.outcome import Report

type Said = tuple[str, str, str]  # path, rule and message of a finding


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it. `planted` are the files before, `texts` those after all fixes, `wrong` is what must not be.

    `restored`: as the original to the letter; `alike`: but for the order of attributes.

    `applied` is how many findings had their fix applied; nothing is asked of a trial without any.
    """

    applied: int
    before: int
    after: int
    restored: bool
    alike: bool
    planted: Mapping[str, str]
    texts: Mapping[str, str]
    wrong: tuple[str, ...]


class Mender:
    """Tries variants of one example, in one engine that stays."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._folder = folder_of(app.root.name)
        self._session = Session()

    def trial(self, mutants: Sequence[Mutant]) -> tuple[Trial, int]:
        """Plant all of these that do not come near each other, apply every safe fix, and tell how many were planted."""
        if len(mutants) == 1:
            return self._tried(mutants[0].files, frozenset()), 1
        files, some = union(self._app, mutants)
        alone = frozenset(said for one in some for said in _said(self._report(one.files)))
        return self._tried(files, alone), len(some)

    def _report(self, files: Mapping[str, str | None]) -> Report:
        return self._session.report(project(self._app.root.name, varied(self._app.files, files)))

    def _tried(self, files: Mapping[str, str | None], alone: frozenset[Said]) -> Trial:
        """Apply every safe fix. What one of the mistakes says alone may come to light when another is mended."""
        planted = varied(self._app.files, files)
        there = project(self._app.root.name, planted)
        report = self._session.report(there)
        mending = mend(there, report, self._session.report, unsafe=False)
        texts = planted | {path.removeprefix(self._folder): text for path, text in mending.after.items()}
        return Trial(
            mending.count,
            len(report.diagnostics),
            len(mending.report.diagnostics),
            texts == self._app.files,
            _ordered(texts) == _ordered(self._app.files),
            planted,
            texts,
            tuple(_wrong(report, mending, planted, texts, alone)) if mending.count else (),
        )


def _wrong(
    report: Report, mending: Mending, planted: Mapping[str, str], texts: Mapping[str, str], alone: frozenset[Said]
) -> Iterator[str]:
    """What safe fixes must never leave."""
    if mending.stopped is not None:
        yield mending.stopped
    changed = {path: text for path, text in texts.items() if text != planted[path]}
    told = refused(changed)
    if told is not None and refused({path: planted[path] for path in changed}) is None:
        yield told
    before, after = Counter(_said(report)), Counter(_said(mending.report))
    if not after.total() < before.total():
        yield f"{before.total()} findings were {after.total()} in the end"
    yield from (f"is new: {' '.join(one)}" for one in sorted(after - before) if one not in alone)
    for path, text in changed.items():
        if comments(path, text) != comments(path, planted[path]):
            yield f"{path}: other comments than before"


def _said(report: Report) -> Iterator[Said]:
    return ((one.finding.at.path, one.rule, one.finding.message) for one in report.diagnostics)


def _ordered(files: Mapping[str, str]) -> dict[str, str]:
    """The files, with the words of each start tag sorted."""
    found = dict(files)
    for path, text in files.items():
        if path.endswith(".html"):
            for one in reversed(list(elements(path, text))):
                tag = " ".join(sorted(text[one.start + 1 : one.end - 1].split()))
                text = text[: one.start] + tag + text[one.end :]
            found[path] = text
    return found


def comments(path: str, text: str) -> list[str]:
    """The comments of a file, in their order."""
    if path.endswith(".py"):
        try:
            found = list(tokenize.generate_tokens(io.StringIO(text).readline))
        except tokenize.TokenError, SyntaxError:
            return []
        return [one.string for one in found if one.type == tokenize.COMMENT]
    return [one for opening, closing in (("{#", "#}"), ("<!--", "-->")) for one in _between(text, opening, closing)]


def _between(text: str, opening: str, closing: str) -> Iterator[str]:
    for part in text.split(opening)[1:]:
        yield part.partition(closing)[0]


# Several mistakes of one project.


@dataclass(frozen=True, slots=True)
class Piece:
    """A mistake as one replaced range of one file of the original."""

    path: str
    start: int
    end: int
    text: str


def pieces(app: Application, mutant: Mutant) -> tuple[Piece, ...] | None:
    """The ranges that a mistake replaces; None where files come or go."""
    found: list[Piece] = []
    for path, text in mutant.files.items():
        old = app.files.get(path)
        if old is None or text is None:
            return None
        shorter = min(len(old), len(text))
        start = next((at for at in range(shorter) if old[at] != text[at]), shorter)
        rest = shorter - start
        end = next((at for at in range(rest) if old[-1 - at] != text[-1 - at]), rest)
        found.append(Piece(path, start, len(old) - end, text[start : len(text) - end]))
    return tuple(found)


def union(app: Application, mutants: Sequence[Mutant]) -> tuple[dict[str, str | None], list[Mutant]]:
    """The files with all mistakes at once that do not come near each other, and which these are."""
    taken: list[Piece] = []
    some: list[Mutant] = []
    for mutant in mutants:
        made = pieces(app, mutant)
        if made is not None and not any(_near(one, other) for one in made for other in taken):
            taken += made
            some.append(mutant)
    files: dict[str, str | None] = {}
    for path in {one.path for one in taken}:
        text = app.files[path]
        for one in sorted((one for one in taken if one.path == path), key=lambda one: -one.start):
            text = text[: one.start] + one.text + text[one.end :]
        files[path] = text
    return files, some


def _near(one: Piece, other: Piece) -> bool:
    return one.path == other.path and one.start <= other.end + 1 and other.start <= one.end + 1
