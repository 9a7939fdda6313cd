"""Analyses of what a client has open, and what becomes of their results.

The engine is loaded on the worker's thread, so that the client has its first answer before.
"""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from chirp_lsp import messages
from chirp_lsp.documents import Documents, Snapshot
from chirp_lsp.messages import Code, Id
from chirp_lsp.session import Session
from chirp_lsp.worker import QUIET, Question, Worker

if TYPE_CHECKING:
    from chirp_lsp.publisher import Publisher
    from chirp_lsp.view import Engines, Views

LOG_ERROR = 1


class Analyses:
    """Takes snapshots to the worker and sends what comes of them."""

    def __init__(self, send: Callable[[bytes], None], session: Session) -> None:
        self._send = send
        self._session = session
        self.worker: Worker[Snapshot, Views] = Worker(self, sweeps=not session.watches)

    @cached_property
    def publisher(self) -> Publisher:
        """What the client has been told."""
        from chirp_lsp.publisher import Publisher

        return Publisher(self._send, pull=self._session.pull, related=self._session.related)

    @cached_property
    def _engines(self) -> Engines:
        from chirp_lsp.view import Engines

        return Engines()

    def submit(self, folders: tuple[str, ...], documents: Documents, delay: float = QUIET) -> None:
        """Have the documents analysed as they are now, after `delay` seconds without another change."""
        self.worker.submit(Snapshot(folders, documents.files(), self._session.encoding), delay)

    # What the worker asks and tells.

    def analyse(self, snapshot: Snapshot, check: Callable[[], None]) -> Views:
        """Analyse a snapshot."""
        return self._engines.analysed(snapshot, check)

    def finished(self, result: Views) -> None:
        """Tell the client what has changed."""
        self.publisher.update(result)

    def is_current(self, result: Views) -> bool:
        """Whether the disk is as it was read."""
        return result.is_current()

    def answered(self, question: Question[Views], result: Views) -> None:
        """Answer a request."""
        try:
            answer = messages.reply(question.id, question.answer(result))
        except Exception as error:  # noqa: BLE001 - the boundary: a bug costs one request
            answer = messages.refuse(question.id, Code.INTERNAL_ERROR, f"internal error: {error!r}")
        self._send(answer)

    def refused(self, identity: Id, code: Code, reason: str) -> None:
        """Refuse a request."""
        self._send(messages.refuse(identity, code, reason))

    def failed(self, error: Exception) -> None:
        """Say that an analysis failed."""
        params = {"type": LOG_ERROR, "message": f"internal error, please report it: {error!r}"}
        self._send(messages.notification("window/logMessage", params))
