"""Which exceptions are failures of the contract: raised where templates, routes and return values meet Python.

Plain mistakes of Python, such as a name that is not there in a handler, are none: they fail without any template.
"""

import logging
import traceback
from pathlib import Path
from types import CodeType
from typing import override

import chirp
from chirp.errors import HTTPError
from chirp.http.forms import FormData

FRAMEWORK = str(Path(chirp.__file__).parent)
# Where the framework itself refuses what it is given about routes, templates, blocks and answers.
MEETING = (
    "app.py", "registration.py", "http/response.py", "http/streaming.py", "pages/", "realtime/", "routing/", "server/",
    "templating/",
)  # fmt: skip
# What handlers return: a call of one of these with wrong arguments is a wrong answer, not a mistake of plain Python.
RETURNED = (
    "Template", "Fragment", "Page", "OOB", "ValidationError", "Redirect", "FormAction", "Action", "Stream", "Suspense",
    "TemplateStream", "InlineTemplate", "EventStream", "SSEEvent",
)  # fmt: skip


def _codes(error: BaseException) -> list[CodeType]:
    return [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]


def is_contract(error: BaseException, folder: str) -> bool:
    """Whether an exception is a failure of the contract in the application below a folder.

    It is when Kida or the framework made it, when it was raised in a template or by what the template called with
    wrong arguments, or when a value that handlers return was made with wrong arguments.
    """
    kinds = {type(error).__module__.partition(".")[0], type(error.__cause__).__module__.partition(".")[0]}
    if isinstance(error, HTTPError):
        return False  # an answer that the application chose; what failed is reported beside it
    codes = _codes(_origin(error))
    own = [code.co_filename for code in codes if _counts(code, folder)]
    in_template = bool(own) and own[-1].endswith(".html")
    if isinstance(error, TypeError) and any(str(error).startswith(f"{name}.") for name in RETURNED):
        return True
    if own and own[-1].endswith(".py") and codes and codes[-1].co_filename.startswith(folder):
        return False  # raised by a line of the application itself
    at = codes[-1].co_filename if codes else ""
    by_framework = any(at.startswith(f"{FRAMEWORK}/{part}") for part in MEETING)
    return in_template or by_framework or not kinds.isdisjoint({"kida", "chirp", "chirp_check"})


def _origin(error: BaseException) -> BaseException:
    """What came out of a function that a template called; Kida wraps it."""
    wraps = type(error).__module__.startswith("kida") and error.__cause__ is not None
    return error.__cause__ or error if wraps else error


def _counts(code: CodeType, folder: str) -> bool:
    return code.co_filename.startswith(folder) or code.co_filename.endswith(".html")


def told(error: BaseException) -> str:
    """An exception as a line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


class Raised(logging.Handler):
    """Collects the exceptions behind answers with the status of a server error."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[BaseException] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            self.errors.append(error)

    def taken(self) -> list[BaseException]:
        """Those since the last time."""
        errors, self.errors = self.errors, []
        return errors


def watched() -> Raised:
    """Listens to what the framework reports."""
    logger = logging.getLogger("chirp")
    for known in logger.handlers[:]:
        logger.removeHandler(known)
    logger.propagate = False
    raised = Raised()
    logger.addHandler(raised)
    return raised


def watched_fields() -> set[str]:
    """The form fields that are asked for and were not sent; the set fills while requests run."""
    missed: set[str] = set()
    contains, getitem, get_list = FormData.__contains__, FormData.__getitem__, FormData.get_list

    def note(form: FormData, key: object) -> None:
        if not contains(form, key) and key not in form.files:
            missed.add(str(key))

    def has(self: FormData, key: object) -> bool:
        note(self, key)
        return contains(self, key)

    def item(self: FormData, key: str) -> str:
        note(self, key)
        return getitem(self, key)

    def every(self: FormData, key: str) -> list[str]:
        note(self, key)
        return get_list(self, key)

    for name, method in (("__contains__", has), ("__getitem__", item), ("get_list", every)):
        setattr(FormData, name, method)
    return missed
