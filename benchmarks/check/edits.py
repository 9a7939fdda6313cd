"""The edits after which a generated project is checked again, one kind each."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one file: the first `old` in it becomes `new`. The file is the first that fits the pattern.

    `usual`: one of those that are always measured.
    """

    kind: str
    pattern: str
    old: str
    new: str
    usual: bool = False


EDITS = (
    Edit(
        "a template", "templates/*/*.html", "{% block screen %}\n", "{% block screen %}\n<p>Edited.</p>\n", usual=True
    ),
    Edit("a template, with a mistake", "templates/*/*.html", 'hx-target="#', 'hx-target="#un'),
    Edit("the base template", "templates/base.html", '<main id="main">', '<main id="main" class="wide">'),
    Edit("a handler", "web/*/views.py", 'title="', 'title="The ', usual=True),
    Edit("a handler, with a mistake", "web/*/views.py", '"rows"', '"rwos"'),
    Edit("a helper of all handlers", "web/helpers.py", '"The works"', '"Our works"', usual=True),
    Edit("that helper, with a further key", "web/helpers.py", '"brand": BRAND, ', '"brand": BRAND, "motto": BRAND, '),
    Edit("the application's module", "app.py", "\ndef create_app", "\n# Everything.\ndef create_app", usual=True),
    Edit("that module, with a further route", "app.py", '@app.route("/")', '@app.route("/about")\n    @app.route("/")'),
)


@contextmanager
def edited(root: Path, edit: Edit) -> Generator[None]:
    """The project with the edit made; it is taken back in the end."""
    for file in sorted(root.glob(edit.pattern)):
        text = file.read_text(encoding="utf-8")
        if edit.old in text:
            break
    else:
        raise LookupError(f"no {edit.pattern} has {edit.old!r}")
    file.write_text(text.replace(edit.old, edit.new, 1), encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(text, encoding="utf-8")
