"""What the checker says about an edit that it did not say before, and whether that points at what was edited."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from benchmarks.confirmed.edits import Edited
from benchmarks.mutants.application import Application
from benchmarks.mutants.site import folder_of, project
from chirp_check.diagnostic import Diagnostic
from chirp_check.engine import Session
from chirp_check.source import Span


class Where(StrEnum):
    """Where a new finding points, the best first."""

    RANGE = "at the edited range"
    LINE = "on an edited line, or with a label there"
    OTHER = "at the other end, and names what was edited"
    ELSEWHERE = "elsewhere"
    NONE = "no new finding"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The new findings, each as a line, and where the best of them points."""

    where: Where
    said: tuple[str, ...]
    rules: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Whether a person comes to the mistake."""
        return self.where in (Where.RANGE, Where.LINE, Where.OTHER)


NOT_ASKED = Verdict(Where.NONE, (), ())


class Checker:
    """Checks variants of one example, in one engine that stays."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._session = Session()
        self._own = Counter(_same(one) for one in self._diagnostics(app.files))

    def judge(self, edit: Edited) -> Verdict:
        """What the checker says about an edit."""
        changed = {path: edit.files.get(path, text) for path, text in (*self._app.files.items(), *edit.files.items())}
        files = {path: text for path, text in changed.items() if text is not None}
        left = self._own.copy()
        new: list[Diagnostic] = []
        for one in self._diagnostics(files):
            left[_same(one)] -= 1
            if left[_same(one)] < 0:
                new.append(one)
        places = {one: _where(one, edit, files, self._folder) for one in new}
        order = list(Where)
        where = min(places.values(), key=order.index, default=Where.NONE)
        said = tuple(
            f"{one.rule}: {one.finding.message} ({self._shown(one.finding.at, files)}, {places[one]})" for one in new
        )
        return Verdict(where, said, tuple(sorted({one.rule for one in new})))

    @property
    def _folder(self) -> str:
        return folder_of(self._app.root.name)

    def _shown(self, at: Span, files: Mapping[str, str]) -> str:
        path = at.path.removeprefix(self._folder)
        return f"{path}:{files[path].count('\n', 0, at.start) + 1}" if path in files else path

    def _diagnostics(self, files: Mapping[str, str]) -> tuple[Diagnostic, ...]:
        return tuple(self._session.analyze(project(self._app.root.name, files)).report.diagnostics)


def _same(one: Diagnostic) -> tuple[str, str, str]:
    """What stays of a finding when the text around it moves."""
    return one.rule, one.finding.at.path, one.finding.message


def _where(one: Diagnostic, edit: Edited, files: Mapping[str, str], folder: str) -> Where:
    finding = one.finding
    spans = [finding.at, *(label.span for label in finding.related)]
    for path, start, end in edit.ranges:
        if finding.at.path == folder + path and finding.at.start <= end and start <= finding.at.end:
            return Where.RANGE
    for path, start, end in edit.ranges:
        edited = _lines(files[path], start, end)
        for span in spans:
            if span.path == folder + path and edited & _lines(files[path], span.start, span.end):
                return Where.LINE
    said = [finding.message, finding.help or "", *(label.message for label in finding.related)]
    said += [files[path][span.start : span.end] for span in spans if (path := span.path.removeprefix(folder)) in files]
    words = set(_words(f"{edit.was} {edit.now}"))
    named = {text.strip("\"'`") for text in said} & {text.strip("\"'") for text in edit.was.split(" | ")}
    return Where.OTHER if named or words & set(_words(" ".join(said))) else Where.ELSEWHERE


def _lines(text: str, start: int, end: int) -> set[int]:
    first = text.count("\n", 0, start)
    return set(range(first, first + text.count("\n", start, max(end - 1, start)) + 1))


def _words(text: str) -> Iterator[str]:
    return (word for word in re.findall(r"\w+", text) if len(word) > 1)
