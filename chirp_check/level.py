"""How seriously a project takes a rule; known to those too that start without the rest of the analyzer."""

from enum import StrEnum


class Level(StrEnum):
    """How seriously the project takes a rule."""

    OFF = "off"
    WARN = "warn"
    ERROR = "error"
