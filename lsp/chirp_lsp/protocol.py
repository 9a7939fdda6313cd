"""The parts of the language server protocol that this server speaks, as frozen values. Unknown members are ignored."""

from enum import IntEnum

import msgspec


class Shape(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """An object of the protocol; members that have their default are not sent."""


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A 0-based line, and a character in the units of the negotiated encoding."""

    line: int
    character: int


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """A half-open range of one document."""

    start: Position
    end: Position


class Location(Shape, frozen=True):
    """A range of a document."""

    uri: str
    range: Range


class LocationLink(Shape, frozen=True):
    """Where something named at `origin_selection_range` is defined."""

    origin_selection_range: Range
    target_uri: str
    target_range: Range
    target_selection_range: Range


# What a client sends.


class TextDocumentItem(Shape, frozen=True):
    """A document as it is opened."""

    uri: str
    version: int
    text: str
    language_id: str = ""


class DidOpen(Shape, frozen=True):
    """Parameters of `textDocument/didOpen`."""

    text_document: TextDocumentItem


class TextDocument(Shape, frozen=True):
    """A document by its URI; the version where the message has one."""

    uri: str
    version: int | None = None


class Change(Shape, frozen=True):
    """New text for a range, or for the whole document."""

    text: str
    range: Range | None = None


class DidChange(Shape, frozen=True):
    """Parameters of `textDocument/didChange`. The changes apply one after the other."""

    text_document: TextDocument
    content_changes: tuple[Change, ...]


class OnDocument(Shape, frozen=True):
    """Parameters of `textDocument/didClose` and `textDocument/didSave`."""

    text_document: TextDocument


class AtPosition(Shape, frozen=True):
    """Parameters of requests about a position of a document."""

    text_document: TextDocument
    position: Position


class DocumentDiagnostics(Shape, frozen=True):
    """Parameters of `textDocument/diagnostic`."""

    text_document: TextDocument
    previous_result_id: str | None = None


class PreviousResult(Shape, frozen=True):
    """What a client knows of a document."""

    uri: str
    value: str


class WorkspaceDiagnostics(Shape, frozen=True):
    """Parameters of `workspace/diagnostic`."""

    previous_result_ids: tuple[PreviousResult, ...] = ()


class Cancel(Shape, frozen=True):
    """Parameters of `$/cancelRequest`."""

    id: int | str


class WorkspaceFolder(Shape, frozen=True):
    """A folder of the client's workspace."""

    uri: str
    name: str = ""


class FolderChange(Shape, frozen=True):
    """Folders that come and go."""

    added: tuple[WorkspaceFolder, ...] = ()
    removed: tuple[WorkspaceFolder, ...] = ()


class DidChangeFolders(Shape, frozen=True):
    """Parameters of `workspace/didChangeWorkspaceFolders`."""

    event: FolderChange


class Nothing(Shape, frozen=True):
    """Parameters nobody looks at."""


class RefreshSupport(Shape, frozen=True):
    """Whether the server may ask for diagnostics to be pulled again."""

    refresh_support: bool = False


class DynamicRegistration(Shape, frozen=True):
    """Whether a capability can be registered after initialisation."""

    dynamic_registration: bool = False


class LinkSupport(Shape, frozen=True):
    """Whether a definition may tell which range it is the definition of."""

    link_support: bool = False


class RelatedInformationSupport(Shape, frozen=True):
    """Whether diagnostics may have secondary places."""

    related_information: bool = False


class HoverSupport(Shape, frozen=True):
    """The formats of hover texts, best first."""

    content_format: tuple[str, ...] = ()


class GeneralCapabilities(Shape, frozen=True):
    """What a client says of itself in general."""

    position_encodings: tuple[str, ...] | None = None


class WorkspaceCapabilities(Shape, frozen=True):
    """What a client can do in its workspace."""

    diagnostics: RefreshSupport | None = None
    did_change_watched_files: DynamicRegistration | None = None


class DocumentCapabilities(Shape, frozen=True):
    """What a client can do in a document. `diagnostic` is there when it can pull diagnostics."""

    definition: LinkSupport | None = None
    hover: HoverSupport | None = None
    publish_diagnostics: RelatedInformationSupport | None = None
    diagnostic: Nothing | None = None


class ClientCapabilities(Shape, frozen=True):
    """What a client can do, as far as it matters here."""

    general: GeneralCapabilities | None = None
    workspace: WorkspaceCapabilities | None = None
    text_document: DocumentCapabilities | None = None


class Initialize(Shape, frozen=True):
    """Parameters of `initialize`."""

    capabilities: ClientCapabilities = ClientCapabilities()
    root_uri: str | None = None
    root_path: str | None = None
    workspace_folders: tuple[WorkspaceFolder, ...] | None = None


# What the server sends.


class Severity(IntEnum):
    """How bad a diagnostic is."""

    ERROR = 1
    WARNING = 2


class RelatedInformation(Shape, frozen=True):
    """A secondary place of a diagnostic."""

    location: Location
    message: str


class CodeDescription(Shape, frozen=True):
    """Where a diagnostic's code is explained."""

    href: str


class Diagnostic(Shape, frozen=True):
    """Something to say about a range of a document."""

    range: Range
    severity: Severity
    code: str
    source: str
    message: str
    related_information: tuple[RelatedInformation, ...] = ()


class MarkupContent(Shape, frozen=True):
    """Text in Markdown or without format."""

    kind: str
    value: str


class Hover(Shape, frozen=True):
    """What to show about a range."""

    contents: MarkupContent
    range: Range


class PublishDiagnostics(Shape, frozen=True):
    """Parameters of `textDocument/publishDiagnostics`: everything there is to say about a document."""

    uri: str
    diagnostics: tuple[Diagnostic, ...]
    version: int | None = None
