"""A folder of pages as text: what its file names mean, which URL a page has, and what a layout says of itself."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

LAYOUT = "_layout.html"
CONTEXT = "_context.py"
META = "_meta.py"
ACTIONS = "_actions.py"
CONTENT = "content"
"""The block of a layout that what it wraps is put into."""

ACTION_FIELD = "_action"
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
"""The functions of a page that are its handlers, in the order in which they are registered."""


class LayoutNotes(NamedTuple):
    """What a layout's comments say: `{# target: id #}` is the element it renders into, by default `body`.

    `{# outlet: id #}` is an element of its own that navigation lands in. With `{# outlet_mode: replace #}` what lands
    there is what the layout wraps, otherwise the layout with it, from which `hx-select` picks.
    """

    target: str = "body"
    outlet: str | None = None
    replace: bool = False


def is_page(file_name: str) -> bool:
    """Whether a file of a page folder is a page."""
    return file_name.endswith(".py") and not file_name.startswith(("_", "."))


def is_folder(name: str) -> bool:
    """Whether pages are looked for in a folder of this name."""
    return not name.startswith(("_", "."))


def page_path(folders: Sequence[str], file_name: str) -> str:
    """The route path of a page: its folders, and its name unless that is `page.py`."""
    stem = file_name.removesuffix(".py")
    return "/" + "/".join(folders if stem == "page" else (*folders, stem))


def page_name(path: str) -> str:
    """The route name of a page without an own one: `/books/{id:int}` is `books.id`, `/` is `index`."""
    words = [part[1:-1].partition(":")[0] if part.startswith("{") else part for part in path.split("/") if part]
    return ".".join(words) or "index"


def layout_notes(text: str) -> LayoutNotes:
    """What the comments of a layout say."""
    notes: Mapping[str, str] = dict(_notes(text))
    return LayoutNotes(
        notes.get("target", "body").removeprefix("#"),
        notes["outlet"].removeprefix("#") if "outlet" in notes else None,
        notes.get("outlet_mode", "").lower() == "replace",
    )


def _notes(text: str) -> Iterator[tuple[str, str]]:
    """Key and value of every comment that is nothing but `key: value`."""
    for piece in text.split("{#")[1:]:
        key, colon, value = piece.partition("#}")[0].partition(":")
        if colon and len(value.split()) == 1:
            yield key.strip(), value.strip()
