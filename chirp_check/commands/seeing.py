"""The analysis that commands look things up in: of the files on the disk, by the configuration of their project."""

from collections.abc import Sequence

from chirp_check.config import read_config
from chirp_check.engine import Analysis, Project, analyze
from chirp_check.host import DiskHost
from chirp_check.locate import locate
from chirp_check.plugins import installed_plugins


def analysis_of(paths: Sequence[str]) -> Analysis:
    """The project of some paths as its configuration has it; of the current folder where there are none."""
    root, below = locate(paths)
    host = DiskHost()
    return analyze(Project(root, host, below), read_config(root, host), plugins=installed_plugins())
