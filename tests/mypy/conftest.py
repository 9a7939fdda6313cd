import shutil
from pathlib import Path

import pytest

from tests.mypy.project import MypyProject


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy remembers of the standard library and of the framework, so that not every test pays for it."""
    warm = MypyProject(tmp_path_factory.mktemp("warm"))
    warm.handlers("")
    assert warm.mypy() == ([], [])
    (found,) = (warm.root / ".mypy_cache").glob("3.*")
    for mine in found.glob("app.*"):
        mine.unlink()
    shutil.rmtree(found / "app", ignore_errors=True)
    return warm.root / ".mypy_cache"


@pytest.fixture
def project(tmp_path: Path, cache: Path) -> MypyProject:
    made = MypyProject(tmp_path, cache)
    made.write("templates/base.html", "<body>{% block title %}{% end %}{% block main %}{% end %}</body>\n")
    made.write("templates/home.html", '{% extends "base.html" %}\n{% block main %}{% block row %}{% end %}{% end %}\n')
    return made
