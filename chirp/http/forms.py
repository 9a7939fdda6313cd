"""Submitted forms, and how a request hands them out to coroutines and to plain functions."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import override

from chirp._internal.multimap import MultiDict
from chirp.http.query import MAX_FIELDS, decode_pairs
from chirp.http.uploads import NO_FILES, Uploads

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


class FormData(MultiDict):
    """The fields of a submitted form; `[]` gives the first of several equal names. `files` holds its uploads."""

    __slots__ = ("files",)
    files: Uploads

    def __init__(self, pairs: Iterable[tuple[str, str]] = (), files: Uploads = NO_FILES) -> None:
        super().__init__(pairs)
        object.__setattr__(self, "files", files)

    @classmethod
    def from_urlencoded(cls, body: bytes, max_fields: int = MAX_FIELDS) -> FormData:
        """Raises ValueError for more than `max_fields` fields and for text that is not UTF-8."""
        return cls(decode_pairs(body, max_fields))


class FormAccess(Mapping[str, str]):
    """`request.form`: await `request.form()` anywhere, or read `request.form["name"]` once the form is loaded.

    Before a `def` handler is called its body is read, so there the form is always loaded.
    """

    __slots__ = ("_load", "_loaded")

    def __init__(self, load: Callable[[], Awaitable[FormData]], loaded: Callable[[], FormData | None]) -> None:
        self._load = load
        self._loaded = loaded

    def __call__(self) -> Awaitable[FormData]:
        """Read the body and parse it, once."""
        return self._load()

    @property
    def data(self) -> FormData:
        """The loaded form; RuntimeError when it is not loaded yet."""
        form = self._loaded()
        if form is None:
            raise RuntimeError("the form is not read yet: use `form = await request.form()`")
        return form

    @property
    def files(self) -> Uploads:
        """The uploads of the loaded form."""
        return self.data.files

    @override
    def __getitem__(self, key: str) -> str:
        return self.data[key]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    @override
    def __len__(self) -> int:
        return len(self.data)

    def get_list(self, key: str) -> list[str]:
        """All values of a field in order."""
        return self.data.get_list(key)
