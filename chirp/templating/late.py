"""The stand-in for a value that is looked up, and perhaps waited for, each time it is used."""

import operator
from collections.abc import Callable
from typing import Any, override

from chirp.templating.integration import GlobalValue

type _Binary = Callable[[Any, Any], Any]


def _on(function: _Binary) -> _Binary:
    return lambda self, other: function(self.value(), other)


def _reflected(function: _Binary) -> _Binary:
    return lambda self, other: function(other, self.value())


class LateValue(GlobalValue):
    """Does with its value whatever is done with it; only `is none` cannot tell the two apart."""

    __slots__ = ()

    def value(self) -> Any:
        return self._function()

    @override
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function()(*args, **kwargs)

    @override
    def __format__(self, spec: str) -> str:
        return format(self._function(), spec)

    def __int__(self) -> int:
        return int(self._function())

    def __float__(self) -> float:
        return float(self._function())

    def __index__(self) -> int:
        return operator.index(self._function())

    def __neg__(self) -> Any:
        return -self._function()

    def __abs__(self) -> Any:
        return abs(self._function())

    def __round__(self, digits: int | None = None) -> Any:
        return round(self._function(), digits)

    def __reversed__(self) -> Any:
        return reversed(self._function())

    __lt__: _Binary = _on(operator.lt)
    __le__: _Binary = _on(operator.le)
    __gt__: _Binary = _on(operator.gt)
    __ge__: _Binary = _on(operator.ge)
    __add__: _Binary = _on(operator.add)
    __radd__: _Binary = _reflected(operator.add)
    __sub__: _Binary = _on(operator.sub)
    __rsub__: _Binary = _reflected(operator.sub)
    __mul__: _Binary = _on(operator.mul)
    __rmul__: _Binary = _reflected(operator.mul)
    __truediv__: _Binary = _on(lambda a, b: a / b)
    __rtruediv__: _Binary = _reflected(lambda a, b: a / b)
    __floordiv__: _Binary = _on(lambda a, b: a // b)
    __rfloordiv__: _Binary = _reflected(lambda a, b: a // b)
    __mod__: _Binary = _on(operator.mod)
    __rmod__: _Binary = _reflected(operator.mod)
