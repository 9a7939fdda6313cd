"""Packages of Debian's newer suite, unpacked beside the system and never into it.

A private apt (own source, lists, cache and an empty status) downloads them; `dpkg -x` unpacks them under a prefix.
Nothing of the system is changed and no rights are needed. Python 3.9 and newer, standard library only.
"""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from process import SetupError, run

SUITE = "forky"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
TIMEOUT = 180  # seconds, for one apt-get command
# Dependencies that only an installed package needs, not one that is merely unpacked.
UNNEEDED = frozenset({"debconf", "debconf-2.0", "libc-bin", "python3.14-venv", "dpkg", "tar", "perl-base", "cdebconf"})
# machine -> Debian's name of the architecture, its library folder, the loader of its C library
ARCHITECTURES = {
    "x86_64": ("amd64", "x86_64-linux-gnu", "usr/lib64/ld-linux-x86-64.so.2"),
    "aarch64": ("arm64", "aarch64-linux-gnu", "usr/lib/ld-linux-aarch64.so.1"),
}
FILTERS = ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")


def available() -> bool:
    """Whether this machine is a Debian or a relative of an architecture we know."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg")) and platform.machine() in ARCHITECTURES


def unpack(roots: Iterable[str], prefix: Path, work: Path, *, closure: bool = True) -> None:
    """Unpack the packages, by default with all they depend on, under `prefix`; `work` is a folder to use and remove.

    Raises `SetupError`; then `prefix` may hold a part of them.
    """
    shutil.rmtree(work, ignore_errors=True)
    try:
        options = ["-c", str(_configuration(work))]
        # Stop here when it fails: without these lists apt would offer the old suite's packages.
        run("apt-get", *options, "update", timeout=TIMEOUT)
        names = list(roots)
        if closure:
            filters = [f"--no-{kind}" for kind in FILTERS]
            names = real_packages(run("apt-cache", *options, "depends", "--recurse", *filters, *names))
        debs = work / "debs"
        debs.mkdir()
        run("apt-get", *options, "download", *names, cwd=debs, timeout=TIMEOUT)
        for deb in sorted(debs.glob("*.deb")):
            run("dpkg", "-x", deb, prefix)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def bind(patchelf: Path, program: Path, prefix: Path) -> None:
    """Make an unpacked program start with the loader and libraries it was built for, at their final paths."""
    _, triplet, loader = ARCHITECTURES[platform.machine()]
    libraries = prefix / "usr/lib" / triplet
    run(patchelf, "--set-interpreter", prefix / loader, "--force-rpath", "--set-rpath", libraries, program)


def _configuration(work: Path) -> Path:
    """Write the private apt's configuration, which overrides the system's; the file's path."""
    if not KEYRING.exists():
        raise SetupError("the package debian-archive-keyring is not installed")
    for folder in ("lists/partial", "archives/partial"):
        (work / folder).mkdir(parents=True)
    (work / "status").touch()
    source = work / "sources.list"
    source.write_text(f"deb [signed-by={KEYRING}] {mirror(apt_sources())} {SUITE} main\n")
    settings = {
        "Dir::Etc::sourcelist": source,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::Lists": work / "lists",
        "Dir::State::status": work / "status",
        "Dir::Cache": work,
        "Dir::Cache::archives": work / "archives",
        "APT::Architecture": ARCHITECTURES[platform.machine()][0],
        "APT::Sandbox::User": "root",
        "APT::Get::List-Cleanup": "0",
        "APT::Update::Error-Mode": "any",
        "Acquire::Languages": "none",
    }
    file = work / "apt.conf"
    file.write_text("".join(f'{key} "{value}";\n' for key, value in settings.items()))
    return file


def apt_sources(folder: Path = Path("/etc/apt")) -> list[str]:
    """The lines of the machine's own apt sources, both formats."""
    parts = folder / "sources.list.d"
    files = [folder / "sources.list", *sorted(parts.glob("*.list")), *sorted(parts.glob("*.sources"))]
    return [line for file in files if file.is_file() for line in file.read_text(errors="replace").splitlines()]


def mirror(lines: Iterable[str]) -> str:
    """The first archive among apt's source lines that is a Debian one and no security mirror."""
    for line in lines:
        match = re.match(r"\s*(?:URIs:|deb\s+(?:\[[^]]*\])?)\s*(\S+)", line)
        if match and re.search(r"/debian(\.list)?/?$", match[1]):
            return match[1]
    raise SetupError("no Debian archive among the machine's apt sources")


def real_packages(listing: str) -> list[str]:
    """Names of the real packages in the output of `apt-cache depends --recurse`, sorted."""
    names = {line for line in listing.splitlines() if re.fullmatch(r"[a-z0-9][a-z0-9+.-]*", line)}
    return sorted(name for name in names - UNNEEDED if not name.startswith(("lib32", "libx32")))
