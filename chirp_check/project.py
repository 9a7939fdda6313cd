"""What is checked: a project, where its files come from, and which of its paths are meant."""

import os
from dataclasses import dataclass

from chirp_check.host import Host, Kind


@dataclass(frozen=True, slots=True)
class Project:
    """What is checked: an absolute root, where its files come from, and the paths below it that are meant (with `/`).

    Folders limit which Python is checked; files among the paths limit nothing, because any file can break any other.
    Either way only findings that concern one of the paths are reported. No paths: everything.
    """

    root: str | os.PathLike[str]
    host: Host
    paths: tuple[str, ...] = ()


def folders_of(root: str, project: Project) -> tuple[str, ...]:
    """The folders that limit the Python to be checked: the paths, unless there is a file among them."""
    for path in project.paths:
        try:
            if project.host.stat(f"{root}/{path}").kind is not Kind.FOLDER:
                return ()
        except OSError:
            return ()
    return project.paths
