"""What the text does not determine, and so no rule judges: what each reason blocks, where it is, what would help."""

from collections import Counter

from chirp_check.report.outcome import Report
from chirp_check.report.visible import plain

SHOWN = 5  # reasons that the conclusion ranks
REFERENCES = frozenset({"template", "block", "url", "target", "context"})
# What makes each kind known; a kind that is no reference blocks whatever it says.
REMEDIES = {
    "template": "name the template with a literal, a constant, or a parameter that every call gives as one",
    "block": "name the block with a literal, a constant, or a parameter that every call gives as one",
    "url": "begin the URL with its path as text: a literal, an f-string, a constant",
    "target": "begin the selector with `#` and text",
    "context": "pass the names as keywords or as a dict whose keys are written out",
    "route": "no URL is reported as unrouted before every path that is registered is known",
    "template_dir": "name the folders of templates in the configuration: `templates = [...]`",
}


def ranking(report: Report) -> str:
    """The reasons by how many references each blocks, most first, with line breaks; empty where none is blocked."""
    counts = Counter(plain(one.reason) for one in report.unknowns if one.kind in REFERENCES)
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    width = len(str(ranked[0][1])) if ranked else 0
    lines = [f"  {count:>{width}} {reason}\n" for reason, count in ranked[:SHOWN]]
    rest = sum(count for _, count in ranked[SHOWN:])
    return "".join(lines) + (f"  {rest:>{width}} for other reasons\n" if rest else "")


def render(report: Report) -> str:
    """`path:line:col: unknown kind: reason` for each, and what would make each kind of them known."""
    lines: list[str] = []
    for unknown in report.unknowns:
        start, _ = report.range(unknown.span)
        place = f"{plain(unknown.span.path)}:{start.line}:{start.column}"
        lines.append(f"{place}: unknown {unknown.kind}: {plain(unknown.reason)}\n")
    kinds = sorted({one.kind for one in report.unknowns if one.kind in REMEDIES})
    lines += [f"help: {kind}: {REMEDIES[kind]}\n" for kind in kinds]
    return "".join(lines)
