"""Copies the tracker and plants mistakes in the copy, each one a token that people mistype: `plant.py FOLDER`.

The copy is there to be checked, not to be run. Prints one line per mistake: the rule that is to find it, and where.
"""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parent / "tracker"
MARKER: Final = ".planted"

# A project of its own: otherwise the folder it is put into would count as its root.
PROJECT: Final = '[project]\nname = "tracker-with-mistakes"\nversion = "0"\n'


@dataclass(frozen=True, slots=True)
class Mistake:
    """An edit of one token: in `file`, inside the only occurrence of `text`, `right` becomes `wrong`."""

    rule: str
    file: str
    text: str
    right: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Planted:
    """A mistake and where it stands in the copy: line and column of the wrong token, both from 1."""

    mistake: Mistake
    line: int
    column: int


MISTAKES: Final = (
    Mistake("unknown-block", "views/tasks.py", 'Fragment(SHOW, "status", task=moved)', "status", "state"),
    Mistake("unknown-block", "views/people.py", 'invalid(PEOPLE, "invite", form', "invite", "invitation"),
    Mistake("unknown-template", "views/home.py", 'render("activity.html"', "activity.html", "activities.html"),
    Mistake("unknown-template", "templates/projects/settings.html", "projects/layout.html", "layout", "_layout"),
    Mistake("template-syntax", "templates/projects/index.html", "for project, counts in", "in", "of"),
    Mistake("unknown-target", "templates/search.html", 'hx-target="#results"', "#results", "#result"),
    Mistake("unknown-target", "views/people.py", 'target="people"', "people", "team"),
    Mistake("unrouted-url", "templates/labels/index.html", 'hx-get="/labels/check"', "/labels/check", "/label/check"),
    Mistake("unrouted-url", "views/tasks.py", 'Redirect(f"/projects/{found.project.id}"', "/projects/", "/project/"),
    Mistake("wrong-method", "templates/tasks/show.html", 'hx-patch="/tasks/{{ task.id }}/status"', "patch", "put"),
    Mistake("unnegotiable-annotation", "views/projects.py", "def counts(id: int) -> Fragment", "Fragment", "Project"),
)


def plant(target: Path, mistakes: tuple[Mistake, ...] = MISTAKES) -> tuple[Planted, ...]:
    """Makes the copy, replacing an earlier one. Raises FileExistsError for a folder that is something else."""
    if target.exists():
        if not (target / MARKER).is_file():
            raise FileExistsError(f"{target} is there and is no copy with planted mistakes")
        shutil.rmtree(target)
    shutil.copytree(SOURCE, target, ignore=shutil.ignore_patterns("__pycache__"))
    (target / MARKER).touch()
    (target / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    return tuple(_apply(mistake, target / mistake.file) for mistake in mistakes)


def _apply(mistake: Mistake, file: Path) -> Planted:
    source = file.read_text(encoding="utf-8")
    found = source.count(mistake.text), mistake.text.count(mistake.right)
    if found != (1, 1):
        raise LookupError(f"{mistake.file}: `{mistake.text}` is there {found[0]} times, `{mistake.right}` {found[1]}")
    start = source.index(mistake.text) + mistake.text.index(mistake.right)
    end = start + len(mistake.right)
    file.write_text(source[:start] + mistake.wrong + source[end:], encoding="utf-8")
    before = source[:start]
    return Planted(mistake, before.count("\n") + 1, start - before.rfind("\n"))


def main(arguments: list[str]) -> int:
    """0 when the copy is made, 2 when the arguments are no use."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.stderr.write("usage: plant.py FOLDER\n")
        return 2
    target = Path(arguments[0])
    try:
        planted = plant(target)
    except FileExistsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for one in planted:
        sys.stdout.write(f"{one.mistake.rule:24} {target / one.mistake.file}:{one.line}:{one.column}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
