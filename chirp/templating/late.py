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

    __lt__, __le__, __gt__, __ge__ = _on(operator.lt), _on(operator.le), _on(operator.gt), _on(operator.ge)
    __add__, __radd__ = _on(operator.add), _reflected(operator.add)
    __sub__, __rsub__ = _on(operator.sub), _reflected(operator.sub)
    __mul__, __rmul__ = _on(operator.mul), _reflected(operator.mul)
    __truediv__, __rtruediv__ = _on(lambda a, b: a / b), _reflected(lambda a, b: a / b)
    __floordiv__, __rfloordiv__ = _on(lambda a, b: a // b), _reflected(lambda a, b: a // b)
    __mod__, __rmod__ = _on(operator.mod), _reflected(operator.mod)
