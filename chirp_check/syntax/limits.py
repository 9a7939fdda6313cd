"""How much a file may hold for it to be read within a second. What holds more is generated, or data."""

import re

MAX_PYTHON = 200_000  # words and signs of a Python file
MAX_MARKUP = 150_000  # tags of a template, and attributes of one tag
_PYTHON = re.compile(r"\w+|[^\w\s]")


class TooLargeError(Exception):
    """The file holds more than is read; the message says of what."""

    def __init__(self, count: int, things: str, limit: int) -> None:
        super().__init__(f"{count:,} {things}: not read, the limit is {limit:,}")


def check_python(text: str) -> None:
    """Raise `TooLargeError` for a text that takes too long to parse."""
    if len(text) > MAX_PYTHON:
        count = len(_PYTHON.findall(text))
        if count > MAX_PYTHON:
            raise TooLargeError(count, "words and signs", MAX_PYTHON)


def check_markup(count: int, things: str) -> None:
    """Raise `TooLargeError` for so many tags or attributes."""
    if count > MAX_MARKUP:
        raise TooLargeError(count, things, MAX_MARKUP)
