"""Every case file, and every rule page: what the checker says, and what the running application answers."""

from pathlib import Path

import pytest

from chirp_check.config import read_config
from chirp_check.engine import Project, check
from chirp_check.host import MemoryHost
from chirp_check.report.full import render
from chirp_check.report.outcome import Report
from tests.harness.cases import Case, Fence, read_cases
from tests.harness.http import read_exchanges, refutations
from tests.harness.promises import disagreements, promises

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*(ROOT / "tests/cases").glob("*.md"), *(ROOT / "chirp_check/rules").glob("*.md")])
CASES = [case for page in PAGES for case in read_cases(page)]
HERE = "/project"


def checked(files: dict[str, str]) -> Report:
    host = MemoryHost({f"{HERE}/{path}": text.encode() for path, text in files.items()})
    return check(Project(HERE, host), read_config(HERE, host))


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_case(case: Case, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    files = case.files()
    report = checked(files)
    found = disagreements(promises(files), report)
    found += [traceback.rstrip() for traceback in report.tracebacks]
    for fence in case.of("http"):
        found += refutations(files, read_exchanges(fence.text), tmp_path)
    if found:
        pytest.fail("\n".join([f"{case.file}:{case.line}", *found]), pytrace=False)
    for fence in case.of("snapshot"):
        compare(case, fence, render(report), update=bool(request.config.getoption("--update-snapshots")))


def compare(case: Case, fence: Fence, actual: str, *, update: bool) -> None:
    """Hold a report against its snapshot, or write it there; fences behind it in the file move with it."""
    if update and actual != fence.text:
        text = case.file.read_text(encoding="utf-8")
        assert text.count(fence.text) == 1 or not fence.text, "an ambiguous snapshot has to be edited by hand"
        lines = text.split("\n")
        if "".join(f"{line}\n" for line in lines[fence.first : fence.last]) == fence.text:
            lines[fence.first : fence.last] = actual.split("\n")[:-1]
            case.file.write_text("\n".join(lines), encoding="utf-8")
            return
        case.file.write_text(text.replace(fence.text, actual), encoding="utf-8")
        return
    assert actual == fence.text
