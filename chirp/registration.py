"""What can be wrong with a registration, said at the line that registers."""

import sys
from collections.abc import Iterable
from types import FrameType
from typing import Any

from chirp_check.grammar.names import nearest
from chirp_check.grammar.path import PathError, PathPattern, parse_path

_FROZEN = (
    "Cannot modify the app after it has started serving requests. "
    "Register routes, middleware, and filters before calling app.run()."
)
_GENERATOR, _ASYNC_GENERATOR = 0x20, 0x200  # of `inspect`, which is not needed for more


def parsed_path(path: object) -> PathPattern:
    """The pattern of a route; PathError with the path and a mark below its fault, TypeError for a forgotten path."""
    if callable(path):
        raise TypeError("the decorator needs a path: write @app.route('/…')")
    if not isinstance(path, str):
        raise TypeError(f"a path is a str, as in @app.route('/…'), not {type(path).__name__}")
    try:
        return parse_path(path)
    except PathError as error:
        raise PathError(f"{error.message}\n  {path}\n  {' ' * error.offset}^", error.offset) from None


def checked_handler(handler: object, path: str) -> None:
    """TypeError for what cannot be called, and for a generator: no return type says how to send what it yields."""
    if not callable(handler):
        raise TypeError(f"what answers {path} is {type(handler).__name__}, not a function")
    if not hasattr(handler, "__code__"):
        return
    flags: int = handler.__code__.co_flags
    if flags & (_GENERATOR | _ASYNC_GENERATOR):
        name = function_name(handler)
        raise TypeError(
            f"`{name}` has a `yield`, so it is a generator and no handler of {path}: let a function without `yield` "
            f"return EventStream({name}()) for events, or StreamingResponse({name}()) for text"
        )


def checked_methods(methods: Iterable[str] | None) -> frozenset[str]:
    """The names in upper case; GET without any."""
    if methods is None:
        return frozenset({"GET"})
    if isinstance(methods, str):
        raise TypeError("methods is a list of names, as in methods=['POST']")
    upper = frozenset(method.upper() for method in methods)
    if not upper or not all(method.isascii() and method.isalpha() for method in upper):
        raise ValueError(f"{sorted(upper)} are not HTTP methods")
    return upper


def function_name(function: Any) -> str:
    """The name of a function; of an object that is called, the name of its class."""
    name: str = function.__name__ if hasattr(function, "__name__") else type(function).__name__
    return name


def unknown_route(name: str, known: Iterable[str]) -> str:
    """What to say of a name that no route has."""
    names = sorted(known)
    meant = nearest(name, names)
    if meant is not None:
        return f"no route is called `{name}`: did you mean `{meant}`?"
    listed = ", ".join(f"`{one}`" for one in names[:10]) + (", …" if len(names) > 10 else "")
    return f"no route is called `{name}`; there are {listed or 'no routes'}"


def too_late(what: str, frozen_at: str) -> str:
    """What to say of a registration after the application froze."""
    details = " ".join(part for part in (f"Too late: {what}." if what else "", frozen_at) if part)
    return f"{_FROZEN} {details}".rstrip()


def freezer() -> str:
    """What froze the application, as a sentence: a line of the application, or a server."""
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None and _is_own(frame):
        frame = frame.f_back
    package = "" if frame is None else str(frame.f_globals.get("__name__", "")).partition(".")[0]
    if frame is None or package in {"asyncio", "uvicorn", "granian", "hypercorn", "_pytest"}:
        return "It froze at the first request, or when the server started."
    return f"It froze at {frame.f_code.co_filename}:{frame.f_lineno}."


def _is_own(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] in {"chirp", "threading", "contextlib"}
