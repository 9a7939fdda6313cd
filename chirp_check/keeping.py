"""Answers of the engine that outlive a process: with them the next run works out only what has changed since this one.

They are pickled, and read back by a reader that makes nothing but plain values and those of this package: whoever can
write into the cache can make it lie, as with any cache, and can run nothing.
"""

import copyreg
import gc
import pickle
from collections.abc import Callable, Mapping
from importlib import import_module
from io import BytesIO
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple, cast, override

from chirp_check.inventory import Inventory
from chirp_check.model.domain import Scope
from chirp_check.model.entities import Unknown
from chirp_check.model.frame import UNSEEN
from chirp_check.model.lasting import Notes
from chirp_check.sources import Reading

PACKAGE = "chirp_check."
# What a file that cannot be reached is known by.
_ERRORS = {one.__name__: one for one in (FileNotFoundError, NotADirectoryError, PermissionError, OSError)}
# The modules whose classes are values: what makes one does nothing else.
_VALUES = tuple(
    PACKAGE + one for one in ("model.", "facts.", "grammar.", "source", "judge", "diagnostic", "level", "inventory")
)
PLAIN = frozenset(
    {("builtins", "frozenset"), ("builtins", "set"), ("array", "array"), ("array", "_array_reconstructor")}
)


class Kept(NamedTuple):
    """What a session leaves: the files there were, what it had read of them, and the answers with their questions."""

    inventory: Inventory
    reading: Reading
    questions: tuple[str, ...]
    notes: Notes


def stored(kept: Kept) -> bytes | None:
    """The stored form; None where something is among the answers that cannot be stored."""
    into = BytesIO()
    pickler = pickle.Pickler(into, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = cast("Any", _REDUCERS)
    try:
        pickler.dump(tuple(kept))
    except pickle.PicklingError, TypeError, AttributeError, RecursionError:
        return None
    return into.getvalue()


def restored(data: bytes) -> Kept | None:
    """What was stored; None for anything else."""
    collecting = gc.isenabled()
    gc.disable()  # nothing of what is made here is garbage
    try:
        return Kept(*_Reader(BytesIO(data)).load())
    except Exception:  # noqa: BLE001 - whatever is there is not what was stored, and as good as nothing
        return None
    finally:
        if collecting:
            gc.enable()


def name_of(question: Callable[..., object]) -> str:
    """What a question is called wherever the same version of the package runs."""
    return f"{question.__module__}:{question.__qualname__}"


def question_of(name: str) -> Callable[..., object] | None:
    """The question of a name; None when there is none."""
    module, _, qualname = name.partition(":")
    if not module.startswith(PACKAGE):
        return None
    try:
        inner: object = attrgetter(f"{qualname}.__wrapped__")(import_module(module))
    except ImportError, AttributeError:
        return None
    return inner if callable(inner) else None


class _Reader(pickle.Unpickler):
    @override
    def find_class(self, module: str, name: str, /) -> object:
        if (module, name) in PLAIN or (module, name) in _MAKERS:
            return super().find_class(module, name)
        found: object = super().find_class(module, name) if module.startswith(_VALUES) else None
        if isinstance(found, type) and (found.__module__, found.__qualname__) == (module, name):
            return found  # and not what its module only imports, nor what is reached through that
        if module == "builtins" and name in _ERRORS:
            return _ERRORS[name]
        raise pickle.UnpicklingError(f"{module}.{name}")


# What cannot be made by its class alone.


def _unseen() -> Unknown:
    return UNSEEN


def _unknown(one: Unknown) -> tuple[Any, ...]:
    if one is UNSEEN:
        return _unseen, ()
    return Unknown, (one.reason, one.span, one.kind)


def _proxy(one: Mapping[object, object]) -> tuple[Any, ...]:
    return dict, (dict(one),)


def _scope(one: Scope) -> tuple[Any, ...]:
    """A scope holds functions that hold it: its names come after it."""
    return _empty_scope, (one.module, one.kind), (one.names, one.parent), None, None, _fill


def _empty_scope(module: str, kind: str) -> Scope:
    return Scope(module, {}, None, kind)


def _fill(scope: Scope, held: tuple[dict[str, Any], Scope | None]) -> None:
    scope.names, scope.parent = held


_MAKERS = frozenset((one.__module__, one.__name__) for one in (_unseen, _empty_scope, _fill)) | {("builtins", "dict")}
_REDUCERS = copyreg.dispatch_table | {Unknown: _unknown, MappingProxyType: _proxy, Scope: _scope}
