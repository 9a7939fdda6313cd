"""Waiting for what another process does: asked again and again, never longer than the deadline."""

import time
from collections.abc import Callable
from typing import Final

PATIENCE: Final = 60.0
"""Seconds."""


def wait_until(happened: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Return as soon as it has happened; AssertionError when it does not in time."""
    deadline = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < deadline, f"after {patience} s, not yet: {what}"
        time.sleep(0.02)
