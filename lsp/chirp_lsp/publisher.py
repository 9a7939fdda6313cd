"""Diagnostics on their way to the client: pushed when they change, or given when pulled. Never both."""

from collections.abc import Callable, Mapping

from chirp_lsp import messages
from chirp_lsp.features.diagnostics import all_diagnostics, result_id
from chirp_lsp.protocol import Diagnostic, DocumentDiagnostics, PublishDiagnostics, WorkspaceDiagnostics
from chirp_lsp.view import Views

type Said = Mapping[str, tuple[Diagnostic, ...]]


class Publisher:
    """Remembers what a client has been told, to take back what no longer holds."""

    def __init__(self, send: Callable[[bytes], None], *, pull: bool, related: bool) -> None:
        self._send = send
        self._pull = pull
        self._related = related
        self._current: Said = {}
        self._versions: dict[str, int] = {}
        self._refreshes = 0

    def update(self, views: Views) -> None:
        """Tell the client what has changed, or that something has."""
        said = all_diagnostics(views, related=self._related)
        before, self._current = self._current, said
        if not self._pull:
            self._push(views, before, said)
        elif said != before:
            self._refreshes += 1
            self._send(messages.request(f"refresh-{self._refreshes}", "workspace/diagnostic/refresh"))

    def _push(self, views: Views, before: Said, said: Said) -> None:
        versions = {one.uri: one.version for one in views.snapshot.documents.values()}
        for uri in sorted({*before, *said, *versions}):
            diagnostics = said.get(uri, ())
            version = versions.get(uri)
            if diagnostics == before.get(uri, ()) and version == self._versions.get(uri):
                continue
            params = PublishDiagnostics(uri=uri, diagnostics=diagnostics, version=version)
            self._send(messages.notification("textDocument/publishDiagnostics", params))
        self._versions = versions

    def of_document(self, views: Views, params: DocumentDiagnostics) -> dict[str, object]:
        """The answer to `textDocument/diagnostic`."""
        return self._report(views, params.text_document.uri, params.previous_result_id)

    def of_workspace(self, views: Views, params: WorkspaceDiagnostics) -> dict[str, object]:
        """The answer to `workspace/diagnostic`: every file with diagnostics, and those that had some."""
        known = {one.uri: one.value for one in params.previous_result_ids}
        versions = {one.uri: one.version for one in views.snapshot.documents.values()}
        uris = sorted({*all_diagnostics(views, related=self._related), *known})
        items = [{"uri": uri, "version": versions.get(uri), **self._report(views, uri, known.get(uri))} for uri in uris]
        return {"items": items}

    def _report(self, views: Views, uri: str, previous: str | None) -> dict[str, object]:
        diagnostics = all_diagnostics(views, related=self._related).get(uri, ())
        identity = result_id(diagnostics)
        if identity == previous:
            return {"kind": "unchanged", "resultId": identity}
        return {"kind": "full", "resultId": identity, "items": diagnostics}
