"""Values to JSON text: compact, UTF-8, nothing guessed."""

import json
from typing import Any


def _encode(value: Any) -> object:
    """What json does not know: the types an application returns from its own data, and no others."""
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from dataclasses import fields, is_dataclass
    from datetime import date, time
    from decimal import Decimal
    from enum import Enum
    from pathlib import PurePath
    from uuid import UUID

    match value:
        case Enum():
            return value.value
        case date() | time():
            return value.isoformat()
        case UUID() | Decimal() | PurePath():
            return str(value)
        case Mapping():
            return dict(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        case AbstractSet():
            return sorted(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: getattr(value, field.name) for field in fields(value)}
        case _:
            raise TypeError(f"cannot write {type(value).__name__} as JSON")


_encoder = json.JSONEncoder(default=_encode, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def to_json(value: object) -> str:
    """Compact JSON. TypeError names a type without an encoding, ValueError a NaN, an infinity or a cycle."""
    return _encoder.encode(value)


def to_ascii_json(value: object) -> str:
    """The same in ASCII alone, for a header."""
    return json.dumps(value, default=_encode, allow_nan=False, separators=(",", ":"))
