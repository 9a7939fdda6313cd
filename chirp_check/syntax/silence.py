"""Where a suppression of a finding may be written; whether it then takes the finding is for the engine to say."""

import re
from typing import NamedTuple

from chirp_check.source import SourceFile, Span

_LIST = re.compile(r"chirp:\s*ignore\s*\[([^\]\n]*)\]")


class Insertion(NamedTuple):
    """Text to put at an offset: `before`, the names of rules, `after`. `above`: it is a line of its own."""

    offset: int
    before: str
    after: str
    above: bool = False

    def text(self, rules: tuple[str, ...]) -> str:
        """What is written for some rules."""
        return f"{self.before}{', '.join(rules)}{self.after}"


def insertions(file: SourceFile, at: Span) -> tuple[Insertion, ...]:
    """The places for a suppression, the best first: a list that is there, the ends of its lines, a line above."""
    first = file.position(at.start).line
    last = file.position(max(at.start, at.end - 1)).line
    opening, closing = ("# chirp: ignore[", "]") if file.path.endswith(".py") else ("{# chirp: ignore[", "] #}")
    found = [_joined(file, line) for line in (first - 1, first, last)]
    for line in dict.fromkeys((first, last)):
        end = file.lines[line - 1] + len(file.line_text(line).rstrip())
        found.append(Insertion(end, f"  {opening}" if file.path.endswith(".py") else opening, closing))
    start, text = file.lines[first - 1], file.line_text(first)
    indent = text[: len(text) - len(text.lstrip())]
    line_end = "\r\n" if "\r\n" in file.text else "\n"
    found.append(Insertion(start, indent + opening, closing + line_end, above=True))
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _joined(file: SourceFile, line: int) -> Insertion | None:
    """The end of the list of rules on a line, if there is one that is not empty."""
    found = _LIST.search(file.line_text(line))
    if found is None or not found[1].strip():
        return None
    return Insertion(file.lines[line - 1] + found.start(1) + len(found[1].rstrip()), ", ", "")
