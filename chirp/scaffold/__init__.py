"""`chirp new`: a project from the files beside this module. A project is made whole or not at all.

Files ending in `.in` lose that ending (so that no tool takes them for modules of this package), `dot-` begins a name
with a dot, `@` in a name is a colon (which not every system can unpack), and `PROJECT_NAME` in any file becomes the
name of the project.
"""

import keyword
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

TEMPLATES: Final = {
    "minimal": "one module, one template",
    "pages": "routes from a folder of pages",
    "full": "sessions, login, forms with validation, CSRF",
}
FILES: Final = Path(__file__).parent / "files"
PLACEHOLDER: Final = b"PROJECT_NAME"
LONGEST: Final = 64
_TAKEN = frozenset({"chirp", "chirp-check", "kida", "test", "tests", "site", "con", "prn", "aux", "nul"})


class ScaffoldError(Exception):
    """The project cannot be made; nothing was written. The message says why."""


def create(name: str, parent: Path, template: str = "minimal") -> Path:
    """Make the project `name` in a new or empty folder of that name; its path. ScaffoldError when that cannot be."""
    check_name(name)
    folder = parent / name
    if folder.is_dir() and any(folder.iterdir()):
        raise ScaffoldError(f"the folder {name}/ is there and not empty: nothing was changed")
    if (folder.exists() or folder.is_symlink()) and not folder.is_dir():
        raise ScaffoldError(f"{name} is there and not a folder: nothing was changed")
    try:
        made = Path(mkdtemp(prefix=f".{name}-", dir=parent))
    except OSError as error:
        raise ScaffoldError(f"cannot write in {parent}: {error.strerror}") from None
    try:
        for target, content in contents(template, name):
            file = made / target
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        made.chmod(0o755)
        made.rename(folder)
    except OSError as error:
        shutil.rmtree(made, ignore_errors=True)
        raise ScaffoldError(f"cannot make {name}/: {error.strerror}") from None
    return folder


def contents(template: str, name: str) -> Iterator[tuple[str, bytes]]:
    """Path and content of every file of a project; those of the template replace the shared ones."""
    files: dict[str, Path] = {}
    for source in (FILES / "shared", FILES / template):
        for file in sorted(source.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                files[_target(file.relative_to(source))] = file
    for target, file in sorted(files.items()):
        yield target, file.read_bytes().replace(PLACEHOLDER, name.encode())


def _target(file: Path) -> str:
    parts = [f".{part.removeprefix('dot-')}" if part.startswith("dot-") else part for part in file.parts]
    return "/".join(parts).removesuffix(".in").replace("@", ":")


def check_name(name: str) -> None:
    """ScaffoldError for what cannot be the name of a folder and of a Python project."""
    wrong = next((letter for letter in name if not (letter.isascii() and (letter.isalnum() or letter in "-_"))), None)
    if not name:
        raise ScaffoldError("the project needs a name, as in `chirp new shop`")
    if "/" in name or "\\" in name:
        raise ScaffoldError(f"`{name}` is a path: change into the folder, then give the name alone")
    if wrong is not None:
        raise ScaffoldError(f"`{name}` has {wrong!r}: a project's name is made of the letters a to z, digits, - and _")
    if not name[0].isalpha() or not name[-1].isalnum():
        raise ScaffoldError(f"`{name}` does not begin with a letter and end with a letter or digit")
    if len(name) > LONGEST:
        raise ScaffoldError(f"a name of {len(name)} letters is too long: {LONGEST} are allowed")
    if name.lower() in _TAKEN or keyword.iskeyword(name):
        raise ScaffoldError(f"`{name}` has another meaning already: choose another name")
