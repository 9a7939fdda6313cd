"""Running commands for the set-up tools. Python 3.9 and newer, standard library only."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


class SetupError(Exception):
    """The set-up cannot go on; the message says what is missing and what to do."""


def say(text: str) -> None:
    """Print one line of progress at once."""
    print(f"[setup] {text}", file=sys.stderr, flush=True)


def run(
    *command: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None, timeout: float | None = None
) -> str:
    """Run a command and return what it printed; `timeout` is in seconds.

    Raises `SetupError` with the last lines of its output when it fails, is missing or takes too long.
    """
    words = [str(word) for word in command]
    shown = " ".join([Path(words[0]).name, *words[1:]])[:120]
    try:
        done = subprocess.run(
            words,
            env=env,
            cwd=cwd,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise SetupError(f"`{words[0]}` cannot be started: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise SetupError(f"`{shown}` took longer than {timeout:.0f} seconds") from None
    if done.returncode != 0:
        tail = "\n".join(done.stdout.strip().splitlines()[-5:])
        raise SetupError(f"`{shown}` failed ({done.returncode}):\n{tail}")
    return done.stdout
