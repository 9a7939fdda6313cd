"""Make the project's environment: interpreter, uv, hash-locked packages, the project itself (editable).

Everything lands in `.build/` and `.venv/` of this folder. Run again it does nothing unless an input changed.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from interpreter import SetupError, find_interpreter, private_environment, run, say, system_platform, works  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
PRIVATE = ROOT / ".build"
VENV = ROOT / ".venv"
STAMP = VENV / "made-from"
UV_VERSION = "0.13.8"
INPUTS = ("pyproject.toml", "requirements/dev.txt", "tools/setup.py", "tools/interpreter.py")


def find_uv() -> Path:
    """The machine's uv, or one installed into the private folder."""
    machine = shutil.which("uv")
    if machine is not None:
        return Path(machine)
    uv = PRIVATE / "uv/bin/uv"
    if not uv.exists():
        say("installing uv into .build/uv")
        shutil.rmtree(PRIVATE / "uv", ignore_errors=True)
        try:
            run(sys.executable, "-m", "pip", "install", "--quiet", "--target", PRIVATE / "uv", f"uv=={UV_VERSION}")
        except SetupError as error:
            raise SetupError(f"{error}\nInstall uv or pip (Debian: python3-pip) and run the command again.") from None
    return uv


def fingerprint() -> str:
    """Hash of everything the environment is made from, its own place included (scripts carry absolute paths)."""
    digest = hashlib.sha256(str(ROOT).encode())
    for name in INPUTS:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def make() -> None:
    """Build the environment from nothing; a failure leaves no half of it behind."""
    PRIVATE.mkdir(exist_ok=True)
    uv = find_uv()
    env = private_environment(PRIVATE)
    python = find_interpreter(uv, PRIVATE, env)
    say(f"installing the locked packages for {python}")
    shutil.rmtree(VENV, ignore_errors=True)
    run(uv, "venv", "--quiet", "--python", python, VENV, env=env)
    target = system_platform()
    pin = ["--python-platform", target] if target else []
    common = [uv, "pip", "install", "--quiet", "--python", VENV / "bin/python", "--compile-bytecode", *pin]
    run(*common, "--require-hashes", "-r", ROOT / "requirements/dev.txt", env=env)
    run(*common, "--no-deps", "--no-build-isolation", "-e", ROOT, env=env)
    STAMP.write_text(fingerprint())


def main() -> int:
    """Entry point of `make setup`."""
    try:
        if not (STAMP.exists() and STAMP.read_text() == fingerprint() and works(VENV / "bin/python")):
            make()
    except SetupError as error:
        shutil.rmtree(VENV, ignore_errors=True)
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, subprocess.SubprocessError):
        shutil.rmtree(VENV, ignore_errors=True)
        raise
    return 0


if __name__ == "__main__":
    sys.exit(main())
