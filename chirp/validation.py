"""Rules for the text of form fields, under the names that applications know: what `Annotated[str, email]` asks for."""

from collections.abc import Callable
from urllib.parse import urlsplit

from chirp.forms.rules import Length, Rule

__all__ = ["Length", "Rule", "email", "integer", "max_length", "min_length", "number", "one_of", "required", "url"]

_MAX_EMAIL = 254
_MAX_URL = 2048


def required(value: object) -> str | None:
    """Something is there: `0` is something."""
    return "This field is required." if value is None or value == "" else None


def min_length(least: int) -> Length:
    """At least so many characters."""
    return Length(least)


def max_length(most: int) -> Length:
    """At most so many characters."""
    return Length(0, most)


def email(value: str) -> str | None:
    """An address as people write it: something, `@`, and a host with a dot."""
    local, _, host = value.rpartition("@")
    labels = host.split(".")
    fits = local and "@" not in local and len(labels) > 1 and all(labels) and len(value) <= _MAX_EMAIL
    return None if fits and _is_one_word(value) else "Enter an e-mail address."


def url(value: str) -> str | None:
    """A web address with its scheme, http or https, and a host."""
    try:
        parts = urlsplit(value)
        fits = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = False
    return None if fits and len(value) <= _MAX_URL and _is_one_word(value) else "Enter a web address."


def one_of(*choices: str) -> Callable[[str], str | None]:
    """One of these texts."""

    def check(value: str) -> str | None:
        return None if value in choices else "Choose one of the list."

    return check


def integer(value: str) -> str | None:
    """A whole number in text."""
    return _said(int, value)


def number(value: str) -> str | None:
    """A finite number in text."""
    return _said(float, value)


def _said(kind: type, value: str) -> str | None:
    """What the conversion of a text says, if it refuses the text."""
    from chirp.forms.convert import Refused, converter_for

    convert = converter_for(kind)
    assert convert is not None, "numbers are read from text"
    try:
        convert(value.strip())
    except Refused as refused:
        return refused.messages[0]
    return None


def _is_one_word(value: str) -> bool:
    return value.isprintable() and " " not in value
