"""A variant of an example as the checker finds it: as the package that it is, in memory."""

from collections.abc import Mapping

from chirp_check.engine import Project
from chirp_check.host import MemoryHost

ROOT, PACKAGE = "/site", "examples"


def folder_of(name: str) -> str:
    """How the paths of findings in an example begin."""
    return f"{PACKAGE}/{name}/"


def project(name: str, files: Mapping[str, str]) -> Project:
    """The project with an example of these files, path (relative to the example) to text."""
    texts = {f"{ROOT}/{folder_of(name)}{path}": text for path, text in files.items()}
    return Project(ROOT, MemoryHost({f"{ROOT}/{PACKAGE}/__init__.py": "", **texts}))
