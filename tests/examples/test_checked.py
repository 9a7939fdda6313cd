"""The examples are clean with nothing turned off, and a mistake planted in the tracker is found where it stands."""

from pathlib import Path

import pytest

from chirp import App
from chirp_check.engine import Project, check
from chirp_check.host import DiskHost
from chirp_check.report.outcome import Report
from examples import plant
from examples.ladle.app import create_app as create_ladle
from examples.notes.app import app as notes
from examples.shed.app import create_app as create_shed
from examples.tracker.app import create_app
from examples.wall.app import create_app as create_wall

EXAMPLES = Path(plant.__file__).parent

type Place = tuple[str, str, int]


def report_on(folder: Path) -> Report:
    """What the checker says about a folder, as nobody has configured it."""
    return check(Project(str(folder), DiskHost()))


def found(folder: Path) -> list[Place]:
    """Rule, file and line of every diagnostic on a folder."""
    report = report_on(folder)
    return [(one.rule, one.finding.at.path, report.range(one.finding.at)[0].line) for one in report.diagnostics]


def place(planted: plant.Planted) -> Place:
    return planted.mistake.rule, planted.mistake.file, planted.line


@pytest.mark.parametrize(
    ("name", "references"), [("tracker", 250), ("ladle", 150), ("notes", 25), ("shed", 200), ("wall", 45)]
)
def test_an_example_is_clean(name: str, references: int) -> None:
    report = check(Project(str(EXAMPLES.parent), DiskHost(), (f"examples/{name}",)))
    assert report.diagnostics == ()
    assert report.summary.resolved >= references, "it is not clean because nothing was looked at"
    assert report.summary.references - report.summary.resolved <= 1


def test_nothing_in_the_examples_turns_a_check_off() -> None:
    files = [*EXAMPLES.rglob("*.py"), *EXAMPLES.rglob("*.html"), *EXAMPLES.rglob("*.toml")]
    assert not [file for file in files if file.suffix == ".toml" or "chirp: ignore" in file.read_text()]


def test_planted_mistakes_are_found_and_nothing_else(tmp_path: Path) -> None:
    planted = [place(one) for one in plant.plant(tmp_path / "copy")]
    assert len(planted) >= 8
    assert sorted(found(tmp_path / "copy")) == sorted(planted)


def test_a_copy_replaces_a_copy_and_nothing_else(tmp_path: Path) -> None:
    plant.plant(tmp_path / "copy")
    (tmp_path / "copy" / "left.over").touch()
    plant.plant(tmp_path / "copy")
    assert not (tmp_path / "copy" / "left.over").exists()
    (tmp_path / "mine").mkdir()
    with pytest.raises(FileExistsError, match="no copy with planted mistakes"):
        plant.plant(tmp_path / "mine")


def test_a_mistake_that_does_not_fit_the_source_is_refused(tmp_path: Path) -> None:
    stale = plant.Mistake("unknown-block", "app.py", "not in there", "not", "!")
    with pytest.raises(LookupError, match=r"app\.py: `not in there` is there 0 times"):
        plant.plant(tmp_path / "copy", (stale,))


def test_the_command_says_what_it_planted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plant.main([str(tmp_path / "copy")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(plant.MISTAKES)
    assert lines[0].split() == ["unknown-block", f"{tmp_path}/copy/views/tasks.py:127:34"]
    assert plant.main([]) == 2
    assert plant.main([str(tmp_path)]) == 2
    assert "usage: plant.py FOLDER" in capsys.readouterr().err


@pytest.mark.parametrize(
    "app",
    [create_app(), create_ladle(), notes, create_shed(), create_wall()],
    ids=["tracker", "ladle", "notes", "shed", "wall"],
)
def test_the_running_application_finds_itself_clean(app: App) -> None:
    report = app.check()
    assert report.diagnostics == ()
    assert report.summary.references - report.summary.resolved <= 1
