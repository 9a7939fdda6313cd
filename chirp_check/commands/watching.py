"""`--watch`: tells when something below a folder has changed, by its files, so that no change is missed."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

SKIPPED = frozenset(
    {".chirp_cache", ".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache"}
)
PAUSE = 0.5  # seconds between two looks where nobody tells of changes
GLANCE = 2_000  # milliseconds between two looks where somebody does

type Signature = dict[str, tuple[int, int, int]]


def changes(root: str) -> Iterator[None]:
    """One now, and one after each change; a change while the caller was at work is one."""
    while True:
        before = signature(root)
        if sys.stdout.isatty():
            sys.stdout.write("\x1b[2J\x1b[H")
        yield
        sys.stdout.flush()
        print("watching for changes; press Ctrl+C to stop", file=sys.stderr, flush=True)
        for _ in _glances(root):
            if signature(root) != before:
                break


def signature(root: str) -> Signature:
    """Every file that may matter, with its time, size and number."""
    found: Signature = {}
    folders = [root]
    while folders:
        with suppress(OSError):  # gone meanwhile, or not for us
            folders += _look(folders.pop(), found)
    return found


def _look(folder: str, found: Signature) -> list[str]:
    """Note the files of a folder, and give the folders in it."""
    below: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                known = entry.stat(follow_symlinks=False)
                found[entry.path] = (known.st_mtime_ns, known.st_size, known.st_ino)
            elif entry.name not in SKIPPED:
                below.append(entry.path)
    return below


def _glances(root: str) -> Iterator[None]:
    """When to look: at once, then when watchfiles tells of a change, or else every half second."""
    yield
    try:
        from watchfiles import watch
    except ImportError:
        while True:
            time.sleep(PAUSE)
            yield
    for _ in watch(root, watch_filter=None, yield_on_timeout=True, rust_timeout=GLANCE, raise_interrupt=True):
        yield
