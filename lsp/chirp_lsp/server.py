"""The language server: the protocol's life cycle, and which method is answered by what."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from chirp_lsp import messages
from chirp_lsp import protocol as lsp
from chirp_lsp.analyses import Analyses
from chirp_lsp.documents import Documents
from chirp_lsp.messages import Code, Malformed, Notification, Request
from chirp_lsp.session import Session, agree, capabilities, moved, registrations
from chirp_lsp.worker import QUIET, Question

if TYPE_CHECKING:  # the engine is loaded on the worker's thread, after the client has its answer
    from chirp_lsp.view import Views

NOW = 0.0
LOG_ERROR = 1


class Refusal(Exception):
    """A request that is answered with an error."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Method:
    """What the parameters of a method look like, and what is done with them."""

    params: type[Any]
    run: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Later:
    """An answer that takes an analysis; `uri` is the document asked about, None for all of them."""

    uri: str | None
    answer: Callable[[Views], object]


class Server:
    """One client's server. `send` takes the bodies of messages, from any thread."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._documents = Documents()
        self._session: Session | None = None
        self._analyses: Analyses | None = None
        self._shut_down = False
        self.exit_code: int | None = None
        self._requests = {
            "initialize": Method(lsp.Initialize, self._initialize),
            "shutdown": Method(lsp.Nothing, self._shutdown),
            "textDocument/definition": Method(lsp.AtPosition, self._definition),
            "textDocument/hover": Method(lsp.AtPosition, self._hover),
            "textDocument/diagnostic": Method(lsp.DocumentDiagnostics, self._document_diagnostics),
            "workspace/diagnostic": Method(lsp.WorkspaceDiagnostics, self._workspace_diagnostics),
        }
        self._notifications = {
            "initialized": Method(lsp.Nothing, self._initialized),
            "textDocument/didOpen": Method(lsp.DidOpen, self._did_open),
            "textDocument/didChange": Method(lsp.DidChange, self._did_change),
            "textDocument/didClose": Method(lsp.OnDocument, self._did_close),
            "textDocument/didSave": Method(lsp.OnDocument, self._did_change_outside),
            "workspace/didChangeWatchedFiles": Method(lsp.Nothing, self._did_change_outside),
            "workspace/didChangeConfiguration": Method(lsp.Nothing, self._did_change_outside),
            "workspace/didChangeWorkspaceFolders": Method(lsp.DidChangeFolders, self._did_change_folders),
            "$/cancelRequest": Method(lsp.Cancel, self._cancel),
        }

    # Messages.

    def receive(self, message: messages.Message) -> None:
        """Act on a message. `exit_code` is set when it was the last one."""
        match message:
            case Request():
                self._answer(message)
            case Notification():
                self._note(message)
            case Malformed():
                self._send(messages.refuse(message.id, message.code, message.reason))
            case _:
                pass  # the client's answers to our requests tell nothing

    def leave(self) -> int:
        """The exit code at the end of the stream, or after `exit`."""
        return 0 if self._shut_down else 1

    def _answer(self, request: Request) -> None:
        try:
            method = self._method(request.method)
            result = method.run(_converted(request.params, method.params))
        except Refusal as error:
            self._send(messages.refuse(request.id, error.code, error.reason))
        except Exception as error:  # noqa: BLE001 - the boundary: a bug costs one request
            self._send(messages.refuse(request.id, Code.INTERNAL_ERROR, f"internal error: {error!r}"))
        else:
            if isinstance(result, Later):
                self._defer(Question(request.id, result.uri, result.answer))
            else:
                self._send(messages.reply(request.id, result))

    def _defer(self, question: Question[Views]) -> None:
        if not self._running.worker.ask(question):
            self._send(messages.refuse(question.id, Code.INVALID_REQUEST, "a request of this id is waiting already"))

    def _method(self, name: str) -> Method:
        """The method a request names, if it may be called now."""
        if self._session is None and name != "initialize":
            raise Refusal(Code.NOT_INITIALIZED, "`initialize` has to be the first request")
        if self._shut_down:
            raise Refusal(Code.INVALID_REQUEST, "the server has been shut down")
        method = self._requests.get(name)
        if method is None:
            raise Refusal(Code.METHOD_NOT_FOUND, f"there is no method `{name}`")
        return method

    def _note(self, notification: Notification) -> None:
        if notification.method == "exit":
            self.exit_code = self.leave()
            return
        method = self._notifications.get(notification.method)
        if method is None or self._session is None or self._shut_down:
            return
        try:
            method.run(_converted(notification.params, method.params))
        except Refusal as error:
            self._log(f"{notification.method}: {error.reason}")
        except Exception as error:  # noqa: BLE001 - the boundary: a bug costs one notification
            self._log(f"{notification.method}: internal error, please report it: {error!r}")

    def _log(self, message: str) -> None:
        self._send(messages.notification("window/logMessage", {"type": LOG_ERROR, "message": message}))

    # Life cycle.

    def _initialize(self, params: lsp.Initialize) -> object:
        if self._session is not None:
            raise Refusal(Code.INVALID_REQUEST, "the server has been initialized before")
        self._session = agree(params)
        self._analyses = Analyses(self._send, self._session)
        return capabilities(self._session)

    def _initialized(self, _: lsp.Nothing) -> None:
        if self._current.watches:
            self._send(messages.request("watch", "client/registerCapability", registrations()))
        self._running.worker.start()
        self._submit(NOW)

    def _shutdown(self, _: lsp.Nothing) -> None:
        self._shut_down = True

    @property
    def _current(self) -> Session:
        assert self._session is not None
        return self._session

    @property
    def _running(self) -> Analyses:
        assert self._analyses is not None
        return self._analyses

    # Documents.

    def _did_open(self, params: lsp.DidOpen) -> None:
        self._documents.open(params.text_document)
        self._submit(NOW)

    def _did_change(self, params: lsp.DidChange) -> None:
        document = params.text_document
        if not self._documents.change(document.uri, document.version, params.content_changes, self._current.encoding):
            raise Refusal(Code.INVALID_PARAMS, f"`{document.uri}` is not open")
        for question in self._running.worker.withdraw_about(document.uri):
            self._send(messages.refuse(question.id, Code.CONTENT_MODIFIED, "the document has changed"))
        self._submit()

    def _did_close(self, params: lsp.OnDocument) -> None:
        if self._documents.close(params.text_document.uri):
            self._submit(NOW)

    def _did_change_outside(self, _: object) -> None:
        self._submit()

    def _did_change_folders(self, params: lsp.DidChangeFolders) -> None:
        self._session = replace(self._current, folders=moved(self._current.folders, params.event))
        self._submit(NOW)

    def _submit(self, delay: float = QUIET) -> None:
        self._running.submit(self._current.folders, self._documents, delay)

    # Questions.

    def _cancel(self, params: lsp.Cancel) -> None:
        if self._running.worker.withdraw(params.id):
            self._send(messages.refuse(params.id, Code.REQUEST_CANCELLED, "cancelled"))

    def _definition(self, params: lsp.AtPosition) -> Later:
        def answer(views: Views) -> object:
            from chirp_lsp.features.definition import definition

            return definition(views, params, links=self._current.links)

        return Later(params.text_document.uri, answer)

    def _hover(self, params: lsp.AtPosition) -> Later:
        def answer(views: Views) -> object:
            from chirp_lsp.features.hover import hover

            return hover(views, params, kind=self._current.hover)

        return Later(params.text_document.uri, answer)

    def _document_diagnostics(self, params: lsp.DocumentDiagnostics) -> Later:
        return Later(params.text_document.uri, lambda views: self._running.publisher.of_document(views, params))

    def _workspace_diagnostics(self, params: lsp.WorkspaceDiagnostics) -> Later:
        return Later(None, lambda views: self._running.publisher.of_workspace(views, params))


def _converted(params: object, shape: type[Any]) -> Any:
    """Parameters in their shape; missing ones are none."""
    try:
        return msgspec.convert({} if params is None else params, shape)
    except msgspec.ValidationError as error:
        raise Refusal(Code.INVALID_PARAMS, f"invalid parameters: {str(error).lower()}") from error
