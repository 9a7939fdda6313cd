"""The examples with htmx 4: what `chirp-check migrate --htmx 4 --fix` makes of a copy, and by hand what that leaves."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from chirp_check import cli

SOURCE = Path(__file__).resolve().parent.parent.parent / "examples"
PACKAGE = "moved"
APPS = ("ladle", "notes", "shed", "tracker", "wall")

# By example and file, what the checker does not rewrite: settings of htmx, and how events reach their places.
SETTINGS = ("{{ htmx(allowEval=false, includeIndicatorStyles=false) }}", "{{ htmx(includeIndicatorCSS=false) }}")
SETTINGS_TOO = ("{{ htmx(includeIndicatorStyles=false, allowEval=false) }}", "{{ htmx(includeIndicatorCSS=false) }}")
NOTE = """SSEEvent(f'<hx-partial hx-target="#notes" hx-swap="afterbegin">{html}</hx-partial>', id=change.id)"""
type Edits = Mapping[str, Sequence[tuple[str, str]]]
BY_HAND: Mapping[str, Edits] = {
    "ladle": {"pages/_layout.html": (SETTINGS,)},
    "shed": {"templates/base.html": (SETTINGS_TOO,)},
    "tracker": {"templates/base.html": (SETTINGS,)},
    "wall": {
        "templates/base.html": (SETTINGS_TOO,),
        "templates/wall.html": (
            ('  <div sse-swap="cheer" hx-swap="none" hidden></div>\n', ""),
            ("sse:startover", "startover from:#board"),
            (' sse-swap="note" hx-swap="afterbegin"', ""),
        ),
        "views.py": (
            ('SSEEvent(html, "note", change.id)', NOTE),
            ('SSEEvent(html, "cheer", change.id)', "SSEEvent(html, id=change.id)"),
        ),
    },
}


def move(app: str, folder: Path) -> None:
    """Make the package `moved` in a folder, or add one more example to it."""
    root = folder / PACKAGE / app
    shutil.copytree(SOURCE / app, root, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite*", ".chirp_cache"))
    replace(root / "app.py", "AppConfig(", "AppConfig(htmx=4, ")
    migrate = ["migrate", "--htmx", "4", "--no-cache", "--quiet", str(root)]
    cli.main([*migrate, "--fix", "--unsafe-fixes"])
    for path, edits in BY_HAND.get(app, {}).items():
        for before, after in edits:
            replace(root / path, before, after)
    assert cli.main(migrate) == 0


def replace(file: Path, before: str, after: str) -> None:
    """Change one place of a file."""
    text = file.read_text()
    assert text.count(before) == 1, f"{file.name} has {before!r} {text.count(before)} times"
    file.write_text(text.replace(before, after))
