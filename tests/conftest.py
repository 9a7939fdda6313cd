"""Options of the test suite, and which of its folders one worker runs as a whole."""

from typing import Any, override

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped] # pyright: ignore[reportMissingTypeStubs]

# What the tests of these share takes longer to make than most of them to run. The mark `xdist_group` would say the
# same, but pytest 9.2 does not let xdist 3.8 see it.
TOGETHER = ("tests/browser/", "tests/packaging/", "tests/servers/")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write the snapshot fences of case files anew")


class Folders(LoadScopeScheduling):  # type: ignore[misc]
    """Hands tests out one by one, those of the folders that belong together at once."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Folders | None:
    return Folders(config, log) if config.option.dist == "loadgroup" else None
