"""What a form field may be asked to be, besides its type: small callables that say what is wrong, or nothing.

A rule stands in the metadata of `Annotated` and takes the converted value. It returns a message, or None when all is
well; so any function of that shape is one.
"""

from collections.abc import Callable, Sized
from dataclasses import dataclass
from typing import Any

type Rule = Callable[[Any], str | None]
type Typed = str | tuple[str, ...]
"""What a field shows: the text as typed, or several."""

WHOLE = ""
"""The name under which errors stand that belong to no single field."""


@dataclass(frozen=True, slots=True)
class Length:
    """At least `least`, and with `most` at most so many: characters of a text, items of a list, bytes of an upload."""

    least: int = 0
    most: int | None = None
    message: str = ""

    def __post_init__(self) -> None:
        if self.least < 0 or (self.most is not None and self.most < self.least):
            raise ValueError(f"no value has a length from {self.least} to {self.most}")

    def __call__(self, value: object) -> str | None:
        length, unit = self._measured(value)
        if length < self.least:
            return self.message or f"Use at least {_counted(self.least, unit)}."
        if self.most is not None and length > self.most:
            return self.message or f"Use at most {_counted(self.most, unit)}."
        return None

    def _measured(self, value: object) -> tuple[int, str]:
        from chirp.http.uploads import UploadFile

        if isinstance(value, UploadFile):
            return value.size, "byte"
        if not isinstance(value, Sized):
            raise TypeError(f"{type(value).__name__} has no length")
        return len(value), "character" if isinstance(value, str) else "item"


@dataclass(frozen=True, slots=True)
class Range:
    """From `least` to `most`, both included; either may be None. For numbers, dates, and whatever else has an order."""

    least: Any = None
    most: Any = None
    message: str = ""

    def __call__(self, value: Any) -> str | None:
        if self.least is not None and value < self.least:
            return self.message or f"Enter {self.least} or more."
        if self.most is not None and value > self.most:
            return self.message or f"Enter {self.most} or less."
        return None


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Keeps the text as it was typed, as a password needs it; other text loses the white space around it."""


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
