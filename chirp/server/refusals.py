"""What is said of a value that no response can be made of: what it is, what was probably meant, and who returned it."""

import inspect
from collections.abc import Mapping
from dataclasses import is_dataclass

EXPECTED = (
    "Return str, bytes, dict, list, Response, Redirect, Template, Fragment, Page, LayoutPage, PageComposition, OOB, "
    "Stream, Suspense, EventStream, ValidationError, FormAction, Action, or a tuple of one of these with a status and "
    "headers."
)


class CannotConvert(TypeError):
    """A handler or a middleware returned what is no answer; notes say what was probably meant."""

    def __init__(self, value: object) -> None:
        super().__init__(f"Cannot convert {type(value).__name__} to a response. {EXPECTED}")
        if hint := _hint(value):
            self.add_note(hint)


def _hint(value: object) -> str:
    """What was probably meant; empty when nothing is near."""
    if value is None:
        return "is a `return` missing? For an empty answer return Action()"
    if inspect.iscoroutine(value):
        value.close()
        return f"is an `await` missing before `{value.__qualname__}(…)`?"
    if inspect.isasyncgen(value) or inspect.isgenerator(value):
        call = f"{value.__qualname__}()"
        return f"wrap the generator: EventStream({call}) sends events, StreamingResponse({call}) sends text"
    if isinstance(value, type):
        return f"`{value.__qualname__}` is a class: is it to be called, `{value.__qualname__}(…)`?"
    if inspect.isroutine(value):
        return f"`{value.__qualname__}` is a function: is it to be called, `{value.__qualname__}(…)`?"
    return _data_hint(value)


def _data_hint(value: object) -> str:
    if isinstance(value, Mapping):
        return "for JSON return dict(…) of it"
    if is_dataclass(value):
        return "for JSON return dataclasses.asdict(…) of it, for HTML a Template that shows it"
    if isinstance(value, set | frozenset):
        return "for JSON return a sorted list of it"
    if isinstance(value, bool | int | float):
        return "for text return str(…) of it, for a status a tuple, as in `return 'done', 201`"
    if hasattr(type(value), "__html__"):
        return "for HTML return str(…) of it"
    return ""
