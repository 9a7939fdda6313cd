"""What one client and we have agreed on at `initialize`."""

from dataclasses import dataclass

from chirp_lsp.convert import Encoding, negotiated
from chirp_lsp.protocol import (
    DocumentCapabilities,
    FolderChange,
    GeneralCapabilities,
    Initialize,
    WorkspaceCapabilities,
    WorkspaceFolder,
)
from chirp_lsp.uri import to_path

INCREMENTAL = 2
MARKDOWN = "markdown"
PLAIN = "plaintext"
WATCHED = ("**/*.{py,html,htm,xhtml,kida,jinja,jinja2,j2}", "**/{pyproject,chirp-check}.toml", "**/.gitignore")


@dataclass(frozen=True, slots=True)
class Session:
    """`pull`: the client fetches diagnostics and can be asked to fetch them again; otherwise they are pushed."""

    folders: tuple[str, ...]
    encoding: Encoding
    pull: bool
    watches: bool
    links: bool
    related: bool
    hover: str


def agree(params: Initialize) -> Session:
    """The session that a client's capabilities allow."""
    general = params.capabilities.general or GeneralCapabilities()
    workspace = params.capabilities.workspace or WorkspaceCapabilities()
    document = params.capabilities.text_document or DocumentCapabilities()
    refreshes = workspace.diagnostics is not None and workspace.diagnostics.refresh_support
    watched = workspace.did_change_watched_files
    pushed = document.publish_diagnostics
    formats = () if document.hover is None else document.hover.content_format
    pull = refreshes and document.diagnostic is not None
    return Session(
        folders=_folders(params),
        encoding=negotiated(general.position_encodings or ()),
        pull=pull,
        watches=watched is not None and watched.dynamic_registration,
        links=document.definition is not None and document.definition.link_support,
        related=pull or (pushed is not None and pushed.related_information),
        hover=next((one for one in formats if one in (MARKDOWN, PLAIN)), MARKDOWN),
    )


def _folders(params: Initialize) -> tuple[str, ...]:
    if params.workspace_folders is not None:
        return _paths(params.workspace_folders)
    path = to_path(params.root_uri) if params.root_uri is not None else params.root_path
    return () if not path else (path,)


def _paths(folders: tuple[WorkspaceFolder, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for one in folders if (path := to_path(one.uri)) is not None))


def moved(folders: tuple[str, ...], event: FolderChange) -> tuple[str, ...]:
    """The folders after some have come and gone."""
    removed = _paths(event.removed)
    kept = (one for one in folders if one not in removed)
    return tuple(dict.fromkeys((*kept, *_paths(event.added))))


def capabilities(session: Session) -> dict[str, object]:
    """The answer to `initialize`."""
    offered: dict[str, object] = {
        "positionEncoding": session.encoding,
        "textDocumentSync": {"openClose": True, "change": INCREMENTAL, "save": {"includeText": False}},
        "definitionProvider": True,
        "hoverProvider": True,
        "workspace": {"workspaceFolders": {"supported": True, "changeNotifications": True}},
    }
    if session.pull:
        offered["diagnosticProvider"] = {
            "identifier": "chirp-check",
            "interFileDependencies": True,
            "workspaceDiagnostics": True,
        }
    return {"capabilities": offered, "serverInfo": {"name": "chirp-check"}}


def registrations() -> dict[str, object]:
    """What is registered with a client that watches files for us."""
    watchers = [{"globPattern": one} for one in WATCHED]
    method = "workspace/didChangeWatchedFiles"
    return {"registrations": [{"id": "files", "method": method, "registerOptions": {"watchers": watchers}}]}
