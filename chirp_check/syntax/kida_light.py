"""Lets the parsing half of Kida be imported without the rendering half, which costs as much again.

`import kida.parser` runs `kida/__init__` first, and that loads environment, filters and sandbox. So the package is put
in place unexecuted; it executes itself when somebody asks it for a name it does not have yet, such as `Environment`.
"""

import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from threading import RLock
from types import ModuleType

_LOCK = RLock()


class _Package(ModuleType):
    """A package that executes its `__init__` at the first attribute that is missing."""

    def __getattr__(self, name: str) -> object:
        spec = self.__spec__
        with _LOCK:  # held while executing: another thread waits for the names, this one may ask for more of them
            if name not in self.__dict__ and spec is not None and spec.loader_state is None:
                spec.loader_state = "executed"
                _execute(self, spec)
            if name in self.__dict__:
                return self.__dict__[name]
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}", name=name, obj=self)


def _execute(package: ModuleType, spec: ModuleSpec) -> None:
    if spec.loader is not None:
        spec.loader.exec_module(package)
    package.__class__ = ModuleType


def defer_package(name: str) -> None:
    """Put a top-level package in place unexecuted, unless it is imported already or does not exist."""
    with _LOCK:
        spec = None if name in sys.modules else find_spec(name)
        if spec is None:
            return
        package = module_from_spec(spec)
        package.__class__ = _Package
        sys.modules[name] = package
