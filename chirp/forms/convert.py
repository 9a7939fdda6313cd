"""Text of one form field to a value of one type, decided once per field: each function takes text or raises Refused."""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

type Converter = Callable[[str], object]

_MAX_DIGITS = 18
_MAX_NUMBER = 64
_TRUE = frozenset({"on", "true", "yes", "1"})
_FALSE = frozenset({"off", "false", "no", "0", ""})


class Refused(Exception):
    """The text is none of what the field takes; `messages` say so to whoever typed it."""

    def __init__(self, *messages: str) -> None:
        super().__init__(*messages)
        self.messages = messages


def converter_for(annotation: Any) -> Converter | None:
    """What makes a value of this type from text; None when nothing does."""
    if annotation in _BY_TYPE:
        return _BY_TYPE[annotation]
    if get_origin(annotation) is Literal:
        return _choice({str(value): value for value in get_args(annotation)})
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        members = annotation.__members__.values()
        return _choice({one.name: one for one in members} | {str(one.value): one for one in members})
    return None


def checked(text: str) -> bool:
    """A checkbox: browsers send `on`, or its `value`, and nothing when it is not checked."""
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Refused("Choose yes or no.")


def shown(value: object) -> str:
    """The text in which a field shows a value, such that it is read back as the same."""
    match value:
        case None | False:
            return ""
        case True:
            return "on"
        case Enum():
            return str(value.value)
        case datetime():
            return value.isoformat(timespec="minutes" if not value.second and not value.microsecond else "auto")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _whole(text: str) -> int:
    digits = text.removeprefix("-").removeprefix("+") if text[:2] != "-+" else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS):
        raise Refused("Enter a whole number.")
    return int(text)


def _plain_number(text: str, signs: str) -> str:
    if len(text) > _MAX_NUMBER or not set(text) <= set("0123456789." + signs):
        raise Refused("Enter a number.")
    return text


def _float(text: str) -> float:
    try:
        number = float(_plain_number(text, "+-eE"))
    except ValueError:
        raise Refused("Enter a number.") from None
    if not math.isfinite(number):
        raise Refused("Enter a number.")
    return number


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(_plain_number(text, "+-"))
    except InvalidOperation:
        raise Refused("Enter a number.") from None


def _uuid(text: str) -> UUID:
    try:
        if len(text) in {32, 36} and text.isascii():
            return UUID(text)
    except ValueError:
        pass
    raise Refused("Enter a UUID.")


def _date(text: str) -> date:
    try:
        if len(text) == len("2026-01-31"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused("Enter a date as year-month-day.")


def _datetime(text: str) -> datetime:
    try:
        if len(text) <= _MAX_NUMBER and ":" in text:
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise Refused("Enter a date and a time.")


def _time(text: str) -> time:
    try:
        if len(text) <= _MAX_NUMBER and ":" in text:
            return time.fromisoformat(text)
    except ValueError:
        pass
    raise Refused("Enter a time as hour:minute.")


def _choice(values: Mapping[str, object]) -> Converter:
    def choose(text: str) -> object:
        if text not in values:
            raise Refused("Choose one of the list.")
        return values[text]

    return choose


_BY_TYPE: dict[object, Converter] = {
    str: str,
    Any: str,
    object: str,
    int: _whole,
    float: _float,
    bool: checked,
    Decimal: _decimal,
    UUID: _uuid,
    date: _date,
    datetime: _datetime,
    time: _time,
}
