"""`chirp-check prove`: the findings that claim a failure, replayed in the running application."""

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence

from chirp_check.commands.seeing import analysis_of
from chirp_check.config import ConfigError
from chirp_check.options import Parser
from chirp_check.prove import UNSTARTED, NoReplay, Proof, Replay, Verdict, prove
from chirp_check.report.json import Json, diagnostic
from chirp_check.report.outcome import Report, counted
from chirp_check.report.visible import plain


def run(words: Sequence[str]) -> int:
    """Replay the findings of the project around the current folder; 1 when one is refuted."""
    parser = Parser(
        prog="chirp-check prove",
        description="Replay findings that claim a failure. This imports the application, and sends it requests.",
        epilog="Exit codes: 0 no finding is refuted, 1 one is (a bug of ours), 2 it cannot be replayed.",
    )
    parser.add_argument("app", nargs="?", metavar="APP", help="the application, as `chirp run` takes it")
    parser.add_argument("--writing", action="store_true", help="also send requests that may change data")
    parser.add_argument("--python", default=sys.executable, metavar="FILE", help="the interpreter of the application")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    options = parser.parse(words)
    analysis = analysis_of(())
    try:
        proofs = prove(analysis, Replay(os.getcwd(), options.python, options.app, options.writing))
    except NoReplay as error:
        raise ConfigError(str(error), "", "`chirp run` shows why it does not start") from error
    print((as_json if options.json else as_text)(proofs, analysis.report), end="")
    return int(any(one.verdict is Verdict.REFUTED for one in proofs))


def as_text(proofs: Sequence[Proof], report: Report) -> str:
    """Two lines for each finding, and how many there are of each kind."""
    lines: list[str] = []
    told = ""
    for one in proofs:
        why = UNSTARTED if one.why == told else one.why
        told = one.why if one.why.startswith(UNSTARTED) else told
        at = one.diagnostic.finding.at
        start, _ = report.range(at)
        place = f"{plain(at.path)}:{start.line}:{start.column}"
        asked = f"{one.request.method} {one.request.path} " if one.request is not None else ""
        lines.append(f"{one.verdict}: {place}: {one.diagnostic.rule} {plain(one.diagnostic.finding.message)}")
        lines.append(f"  {plain(f'{asked}{why}')}")
    counts = Counter(one.verdict for one in proofs)
    lines.append(", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict))
    others = len(report.diagnostics) - len(proofs)
    if others:
        claim = "claims" if others == 1 else "claim"
        lines.append(f"{counted(others, 'other finding')} {claim} nothing that a request shows")
    return "".join(f"{line}\n" for line in lines)


def as_json(proofs: Sequence[Proof], report: Report) -> str:
    """The diagnostics as `--output-format json` has them, each with `proof`: its verdict, why, and the request."""
    found: list[Json] = []
    for one in proofs:
        made = diagnostic(one.diagnostic, report)
        assert isinstance(made, dict)
        request: Json = None
        if one.request is not None:
            asked = one.request
            headers: dict[str, Json] = dict(asked.headers)
            fields: dict[str, Json] = dict(asked.fields)
            request = {"method": asked.method, "path": asked.path, "headers": headers, "fields": fields}
        found.append({**made, "proof": {"verdict": str(one.verdict), "why": one.why, "request": request}})
    return json.dumps({"version": 1, "diagnostics": found}, indent=2) + "\n"
