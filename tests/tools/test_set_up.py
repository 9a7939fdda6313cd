"""The parts of the set-up that need neither network nor a fresh machine."""

import sys
from pathlib import Path

import pytest

from debian import apt_sources, mirror, real_packages
from interpreter import wheel_platform, works
from process import SetupError, run
from setup import fingerprint, uv_version

DEBIAN = "http://mirror.example/debian"


@pytest.mark.parametrize(
    "line",
    [
        f"deb {DEBIAN} bookworm main",
        f"deb [arch=amd64 signed-by=/usr/share/keyrings/k.gpg] {DEBIAN} bookworm main",
        f"URIs: {DEBIAN}",
        f"URIs: {DEBIAN} http://other.example/debian",
    ],
)
def test_the_mirror_is_the_machines_own(line: str) -> None:
    before = ["# deb http://comment.example/debian", "deb http://mirror.example/debian-security bookworm-security main"]
    assert mirror([*before, line, "deb http://later.example/debian sid main"]) == DEBIAN


def test_the_mirror_may_be_a_list_of_mirrors() -> None:
    assert mirror(["URIs: mirror+file:///etc/apt/mirrors/debian.list"]) == "mirror+file:///etc/apt/mirrors/debian.list"


def test_no_debian_mirror_is_an_error() -> None:
    with pytest.raises(SetupError, match="no Debian archive"):
        mirror(["deb http://archive.example/ubuntu noble main", "URIs: http://mirror.example/debian-security", ""])


def test_both_formats_of_apt_sources_are_read(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text("one\n")
    (tmp_path / "sources.list.d/b.sources").write_text("two\n")
    (tmp_path / "sources.list.d/a.list").write_text("three\n")
    (tmp_path / "sources.list.d/c.sources.disabled").write_text("four\n")
    assert apt_sources(tmp_path) == ["one", "three", "two"]
    assert apt_sources(tmp_path / "nowhere") == []


def test_dependencies_are_the_real_packages_that_an_unpacked_interpreter_needs() -> None:
    listing = """python3.14
  Depends: python3.14-minimal
 |Depends: media-types
  Depends: <mime-support>
python3.14-minimal
<debconf-2.0>
  debconf
debconf
libc6
lib32gcc-s1
libstdc++6
"""
    assert real_packages(listing) == ["libc6", "libstdc++6", "python3.14", "python3.14-minimal"]


def test_this_interpreter_works_and_others_do_not(tmp_path: Path) -> None:
    assert works(Path(sys.executable))
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    assert not works(broken)
    assert not works(tmp_path / "missing")


def test_only_an_unpacked_interpreter_pins_the_platform(tmp_path: Path) -> None:
    assert wheel_platform(Path("/usr/bin/python3"), tmp_path) is None
    pinned = wheel_platform(tmp_path / "debian/usr/bin/python3.14", tmp_path)
    assert pinned is None or "-manylinux_2_" in pinned


def test_uv_tells_its_version() -> None:
    assert uv_version("uv 0.13.8 (abc 2026-01-01)\n") == (0, 13, 8)
    assert uv_version("uv: something else") == ()


def test_a_failing_command_says_what_it_said() -> None:
    with pytest.raises(SetupError, match=r"`sh -c .*` failed \(3\):\nno luck"):
        run("sh", "-c", "echo no luck; exit 3")
    with pytest.raises(SetupError, match="cannot be started: No such file"):
        run("/nonexistent/tool")
    with pytest.raises(SetupError, match="took longer than 0 seconds"):
        run("sleep", "5", timeout=0.1)


def test_the_fingerprint_follows_its_inputs() -> None:
    assert fingerprint(("pyproject.toml",)) == fingerprint(("pyproject.toml",))
    assert fingerprint(("pyproject.toml",)) != fingerprint(("tools/setup.py",))
