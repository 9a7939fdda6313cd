"""Hosts: the disk, memory, and editor buffers laid over either."""

import os
from pathlib import Path

import pytest

from chirp_check.config import ConfigError, read_config
from chirp_check.host import DiskHost, Entry, Host, Kind, MemoryHost, OverlayHost, Stat

FILES = {"a.py": "x = 1\n", "sub/b.py": "y = 2\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def memory(root: str) -> MemoryHost:
    return MemoryHost({f"{root}/{name}": text for name, text in FILES.items()})


def test_memory_is_as_the_disk(folder: Path) -> None:
    root = str(folder)
    for host in (
        DiskHost(),
        memory(root),
        OverlayHost(DiskHost(), {}),
        OverlayHost(MemoryHost({}), memory_texts(root)),
    ):
        assert host.entries(root) == (Entry("a.py", Kind.FILE), Entry("sub", Kind.FOLDER))
        assert host.stat(f"{root}/a.py") == Stat(Kind.FILE, 6)
        assert host.stat(f"{root}/sub").kind is Kind.FOLDER
        assert len(host.read(f"{root}/a.py")) == 6
        assert host.real(f"{root}/a.py") == f"{root}/a.py"
        missing(host, root)


def memory_texts(root: str) -> dict[str, str]:
    return {f"{root}/{name}": text for name, text in FILES.items()}


def missing(host: Host, root: str) -> None:
    for operation in (host.entries, host.stat, host.read):
        with pytest.raises(FileNotFoundError):
            operation(f"{root}/none")


def test_links_and_other_things(folder: Path) -> None:
    (folder / "link").symlink_to("sub")
    os.mkfifo(folder / "pipe")
    kinds = {entry.name: entry.kind for entry in DiskHost().entries(str(folder))}
    assert kinds == {"a.py": Kind.FILE, "sub": Kind.FOLDER, "link": Kind.LINK, "pipe": Kind.OTHER}
    assert DiskHost().stat(str(folder / "link")).kind is Kind.FOLDER
    assert DiskHost().stat(str(folder / "pipe")).kind is Kind.OTHER
    assert DiskHost().real(str(folder / "link")) == str(folder / "sub")
    for name in ("pipe", "sub"):
        with pytest.raises(OSError, match="not a regular file"):
            DiskHost().read(str(folder / name))


def test_buffers_over_the_disk(folder: Path) -> None:
    root = str(folder)
    host = OverlayHost(DiskHost(), {f"{root}/a.py": "changed", f"{root}/sub/new.py": "", f"{root}/fresh/c.py": "c"})
    assert [entry.name for entry in host.entries(root)] == ["a.py", "fresh", "sub"]
    assert [entry.name for entry in host.entries(f"{root}/sub")] == ["b.py", "new.py"]
    assert host.entries(f"{root}/fresh") == (Entry("c.py", Kind.FILE),)
    assert host.stat(f"{root}/a.py") == Stat(Kind.FILE, 7)
    assert host.stat(f"{root}/fresh").kind is Kind.FOLDER
    assert host.stat(f"{root}/sub").kind is Kind.FOLDER
    assert host.read(f"{root}/a.py") == "changed"
    assert host.read(f"{root}/sub/b.py") == b"y = 2\n"
    missing(host, root)


def test_a_configuration_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read: not a regular file"):
        read_config(str(tmp_path), DiskHost())
