"""Every case file, and every rule page: what the checker says, and what the running application answers."""

from pathlib import Path

import pytest

from chirp_check.config import read_config
from chirp_check.engine import Project, check
from chirp_check.host import MemoryHost
from chirp_check.report.full import render
from chirp_check.report.outcome import Report
from tests.harness.cases import Case, read_cases
from tests.harness.http import read_exchanges, refutations
from tests.harness.promises import disagreements, promises

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*(ROOT / "tests/cases").rglob("*.md"), *(ROOT / "chirp_check/rules").glob("*.md")])
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
    snapshots = [fence.text for fence in case.of("snapshot")]
    if snapshots and snapshots != [render(report)]:
        if not request.config.getoption("--update-snapshots"):
            assert snapshots == [render(report)]
        update(case, render(report))


def update(case: Case, actual: str) -> None:
    """Write the snapshot of a case; the page is read anew, because another case may have moved it."""
    fence = next(fence for now in read_cases(case.file) if now.heading == case.heading for fence in now.of("snapshot"))
    lines = case.file.read_text(encoding="utf-8").split("\n")
    lines[fence.first : fence.last] = actual.split("\n")[:-1]
    case.file.write_text("\n".join(lines), encoding="utf-8")
