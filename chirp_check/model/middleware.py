"""What middleware answers by itself: the URL prefixes that are no route's."""

from collections.abc import Iterator

from chirp_check.facts.values import Const
from chirp_check.facts.walk import every_part
from chirp_check.model.domain import Callable, ClassValue, External, Instance, Record, Value
from chirp_check.model.entities import Text, Unknown
from chirp_check.model.listing import function
from chirp_check.model.memory import Queries
from chirp_check.model.program import class_names

DEFAULT_STATIC_URL = "/static"


def prefixes_of(model: Queries, middleware: Value | None) -> tuple[str, ...] | None:
    """The URL prefixes that a middleware may answer itself; None when it is not understood."""
    match middleware:
        case Record(kind="StaticFiles"):
            prefix = middleware.argument(1, "prefix") or middleware.argument(None, "url")
            return (prefix.value,) if isinstance(prefix, Text) else (DEFAULT_STATIC_URL,)
        case Callable():
            return tuple(_paths_in(model, middleware))
        case Instance(of=definition):
            return prefixes_of(model, definition)
        case ClassValue(names=names):
            members = names if names is not None else class_names(model, middleware.module, middleware.qualname)
            methods = [one for one in members.values() if isinstance(one, Callable)]
            return tuple(path for method in methods for path in _paths_in(model, method))
        case External(name) if name.startswith("chirp."):
            return ()
        case Unknown(reason) if reason.startswith("what `chirp.middleware."):  # one of ours, made with settings
            return ()
        case _:
            return None


def _paths_in(model: Queries, middleware: Callable) -> Iterator[str]:
    """The absolute paths written in a function."""
    written = function(model, middleware.module, middleware.qualname)
    for one in every_part(written.body if written is not None else ()):
        if isinstance(one, Const) and isinstance(one.value, str) and one.value.startswith("/"):
            yield one.value
