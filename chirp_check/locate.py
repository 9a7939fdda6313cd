"""Which project the paths of a command line belong to."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from chirp_check.config import ConfigError

MARKERS = ("chirp-check.toml", "pyproject.toml", ".git")


class Located(NamedTuple):
    """An absolute root, and the paths below it, relative and with `/`; `.` is the root itself."""

    root: str
    paths: tuple[str, ...]


def locate(paths: Sequence[str]) -> Located:
    """The project of the paths: the nearest folder at or above them all that has a configuration, or is a repository.

    Without one it is the folder that holds them all. `ConfigError` for a path that does not exist.
    """
    real: list[str] = []
    for path in paths or (".",):
        if not os.path.lexists(path):
            raise ConfigError("no such file or folder", path)
        real.append(os.path.realpath(path))
    try:
        common = os.path.commonpath([one if os.path.isdir(one) else os.path.dirname(one) for one in real])
    except ValueError as error:
        raise ConfigError("the paths are on different drives", paths[0]) from error
    root = nearest_root(common) or common
    return Located(root, tuple(os.path.relpath(one, root).replace(os.sep, "/") for one in real))


def nearest_root(folder: str) -> str | None:
    """The nearest folder at or above `folder` that has a configuration file or is a repository; else None."""
    while True:
        if any(os.path.lexists(os.path.join(folder, marker)) for marker in MARKERS):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
