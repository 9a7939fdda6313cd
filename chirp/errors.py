"""The exceptions of the framework: those that are an HTTP answer, and those for the developer."""

from http import HTTPStatus
from typing import override


class HTTPError(Exception):
    """Raise it to answer with `status`; `detail` is shown to the client, so it holds no secrets."""

    def __init__(self, status: int, detail: str = "", headers: tuple[tuple[str, str], ...] = ()) -> None:
        if not 400 <= status <= 599:
            raise ValueError(f"{status} is not an error status")
        super().__init__(status, detail)
        self.status = status
        self.detail = detail
        self.headers = headers

    @override
    def __str__(self) -> str:
        return self.detail or reason(self.status)


class BadRequest(HTTPError):
    """400: the request does not say what it must say."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(400, detail)


class MissingKey(BadRequest, KeyError):
    """400: a query parameter or form field that the handler needs is missing."""

    def __init__(self, key: str) -> None:
        super().__init__(f"missing: {key}")
        self.key = key


class NotFound(HTTPError):
    """404: nothing is here."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(404, detail)


class MethodNotAllowed(HTTPError):
    """405: the path exists, for the methods in `allowed`."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(405, headers=(("Allow", ", ".join(allowed)),))
        self.allowed = allowed


class ContentTooLarge(HTTPError):
    """413: the body is larger than `max_content_length`."""

    def __init__(self) -> None:
        super().__init__(413)


class ClientDisconnect(Exception):
    """The client went away before the whole request body arrived."""


class ConfigurationError(RuntimeError):
    """The application cannot start as it is configured; the message says what to change."""


def reason(status: int) -> str:
    """The standard phrase of a status code, or `Error`."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
