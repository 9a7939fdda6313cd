"""What a diagnostic is known by from one run to the next: its rule, its path and its text, never a line number."""

from collections import Counter
from hashlib import blake2b
from typing import NamedTuple

from chirp_check.diagnostic import Diagnostic
from chirp_check.report.outcome import Report


class Fingerprint(NamedTuple):
    """Rule, path, the first source line with each run of white space as one space, and how many like it came before."""

    rule: str
    path: str
    snippet: str
    ordinal: int

    @property
    def digest(self) -> str:
        """32 hexadecimal digits."""
        text = "\0".join((self.rule, self.path, self.snippet, str(self.ordinal)))
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def fingerprints(report: Report) -> tuple[Fingerprint, ...]:
    """One for each diagnostic, in their order; no two are the same."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found: list[Fingerprint] = []
    for one in report.diagnostics:
        key = (one.rule, one.finding.at.path, _snippet(one, report))
        found.append(Fingerprint(*key, seen[key]))
        seen[key] += 1
    return tuple(found)


def _snippet(diagnostic: Diagnostic, report: Report) -> str:
    """The line that the place begins on: what follows in it is often a whole function."""
    at = diagnostic.finding.at
    if at.path not in report.sources:
        return ""
    file = report.source(at.path)
    return " ".join(file.line_text(file.position(at.start).line).split())
