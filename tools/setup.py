"""Make the project's environment: interpreter, uv, hash-locked packages, the project itself (editable).

Everything lands in `.build/` and `.venv/` of this folder. Run again it does nothing unless an input changed or the
checkout moved. Python 3.9 and newer, standard library only.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import debian
from interpreter import find_interpreter, wheel_platform, works
from process import SetupError, run, say

ROOT = Path(__file__).resolve().parent.parent
PRIVATE = ROOT / ".build"
VENV = ROOT / ".venv"
UV_VERSION = "0.13.8"
UV_OLDEST = (0, 8)
ENVIRONMENT_INPUTS = ("requirements/dev.txt", *(f"tools/{name}.py" for name in ("setup", "interpreter", "debian")))
PROJECT_INPUTS = ("pyproject.toml", "tools/editable.py")
INTO_VENV = ("--quiet", "--python", str(VENV / "bin/python"))


def main() -> int:
    """Entry point of every `make` target; 0 when the environment is ready."""
    PRIVATE.mkdir(exist_ok=True)
    with _alone():
        try:
            if not _current(VENV / "made-from", ENVIRONMENT_INPUTS) or not works(VENV / "bin/python"):
                _make_environment()
            if not _current(VENV / "project-made-from", PROJECT_INPUTS):
                _install_project()
        except SetupError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("error: interrupted; run the command again to start over", file=sys.stderr)
            return 130
    return 0


@contextmanager
def _alone() -> Generator[None, None, None]:
    """Wait for another set-up of this checkout to end."""
    with (PRIVATE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_environment() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    uv = find_uv()
    env = uv_environment()
    python = find_interpreter(uv, PRIVATE, env)
    say(f"installing the locked packages for {python}")
    try:
        run(uv, "venv", "--quiet", "--python", python, VENV, env=env)
        platform = wheel_platform(python, PRIVATE)
        pin = ["--python-platform", platform] if platform else []
        locked = ["--require-hashes", "-r", str(ROOT / "requirements/dev.txt")]
        run(uv, "pip", "install", *INTO_VENV, "--compile-bytecode", *pin, *locked, env=env)
    except (SetupError, KeyboardInterrupt):
        shutil.rmtree(VENV, ignore_errors=True)
        raise
    _stamp(VENV / "made-from", ENVIRONMENT_INPUTS)


def _install_project() -> None:
    say("installing the project itself (editable)")
    alone = ["--no-deps", "--no-build-isolation", "--offline"]
    run(find_uv(), "pip", "install", *INTO_VENV, *alone, "-e", ROOT, env=uv_environment())
    _stamp(VENV / "project-made-from", PROJECT_INPUTS)


def fingerprint(inputs: tuple[str, ...]) -> str:
    """Hash of the named files and of the checkout's own place (scripts and the interpreter carry absolute paths)."""
    digest = hashlib.sha256(str(ROOT).encode())
    for name in inputs:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _current(stamp: Path, inputs: tuple[str, ...]) -> bool:
    return stamp.exists() and stamp.read_text() == fingerprint(inputs)


def _stamp(stamp: Path, inputs: tuple[str, ...]) -> None:
    stamp.write_text(fingerprint(inputs))


def uv_environment() -> Mapping[str, str]:
    """Environment for uv that keeps what it caches and downloads in the project folder."""
    private = {"UV_CACHE_DIR": str(PRIVATE / "uv-cache"), "UV_PYTHON_INSTALL_DIR": str(PRIVATE / "pythons")}
    return {**os.environ, **private, "UV_NO_PROGRESS": "1"}


def find_uv() -> Path:
    """The machine's uv when it is new enough, otherwise one installed into the private folder."""
    machine = shutil.which("uv")
    if machine is not None and uv_version(run(machine, "--version")) >= UV_OLDEST:
        return Path(machine)
    uv = PRIVATE / "uv/bin/uv"
    if uv.exists():
        return uv
    say("installing uv into .build/uv")
    partial = PRIVATE / "uv.partial"
    shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(PRIVATE / "uv", ignore_errors=True)
    arguments = ["install", "--quiet", "--disable-pip-version-check", "--target", str(partial), f"uv=={UV_VERSION}"]
    try:
        run(sys.executable, *_pip(), *arguments, env={**os.environ, "PIP_USER": "0"})
    except SetupError as error:
        advice = "Is there a network connection? With uv on the machine this step is not needed."
        raise SetupError(f"uv could not be installed. {advice}\n{error}") from None
    partial.rename(PRIVATE / "uv")
    return uv


def uv_version(text: str) -> tuple[int, ...]:
    """`uv 0.13.8 (…)` -> (0, 13, 8); () for anything else."""
    match = re.match(r"uv (\d+(?:\.\d+)*)", text)
    return tuple(int(part) for part in match[1].split(".")) if match else ()


def _pip() -> list[str]:
    """Arguments that make this Python run pip, which Debian does not install with it."""
    try:
        run(sys.executable, "-m", "pip", "--version")
        return ["-m", "pip"]
    except SetupError:
        pass
    if not debian.available():
        raise SetupError("this Python has no pip. Install uv or pip and run the command again.")
    say("no pip on this machine; unpacking Debian's beside the system")
    folder = PRIVATE / "pip"
    debian.unpack(["python3-pip-whl"], folder, PRIVATE / "apt", closure=False)
    wheel = next((folder / "usr/share/python-wheels").glob("pip-*.whl"))
    return [str(wheel / "pip")]


if __name__ == "__main__":
    sys.exit(main())
