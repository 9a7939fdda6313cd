"""The documents an editor has open, as it last told them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from chirp_check.source import SourceFile
from chirp_lsp.convert import Converter, Encoding
from chirp_lsp.protocol import Change, TextDocumentItem
from chirp_lsp.uri import to_path


@dataclass(frozen=True, slots=True)
class Document:
    """One version of an open document; `path` is None when it is no file."""

    uri: str
    path: str | None
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The client's folders (absolute paths) and its open files by path, at one moment."""

    folders: tuple[str, ...]
    documents: Mapping[str, Document]
    encoding: Encoding


class Documents:
    """Open documents by URI. Documents that are not open are ignored."""

    def __init__(self) -> None:
        self._open: dict[str, Document] = {}

    def open(self, item: TextDocumentItem) -> None:
        """Take a document; one that is open already is replaced."""
        self._open[item.uri] = Document(item.uri, to_path(item.uri), item.version, item.text)

    def change(self, uri: str, version: int | None, changes: tuple[Change, ...], encoding: Encoding) -> bool:
        """Apply changes one after the other; False when the document is not open."""
        document = self._open.get(uri)
        if document is None:
            return False
        text = document.text
        for change in changes:
            text = _changed(text, change, encoding)
        self._open[uri] = Document(uri, document.path, document.version if version is None else version, text)
        return True

    def close(self, uri: str) -> bool:
        """Forget a document; False when it was not open."""
        return self._open.pop(uri, None) is not None

    def get(self, uri: str) -> Document | None:
        """The document as it is now."""
        return self._open.get(uri)

    def files(self) -> Mapping[str, Document]:
        """The open documents that are files, by path."""
        return MappingProxyType({one.path: one for one in self._open.values() if one.path is not None})


def _changed(text: str, change: Change, encoding: Encoding) -> str:
    if change.range is None:
        return change.text
    span = Converter(SourceFile("", text), encoding).span(change.range)
    return text[: span.start] + change.text + text[span.end :]
