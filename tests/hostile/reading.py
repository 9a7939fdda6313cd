"""Reading answers."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.runtime.driver import Answer


def parsed(answer: Answer) -> Any:
    """The JSON of a 200."""
    assert answer.status == 200, f"{answer.status} {answer.body[:200]!r}"
    return json.loads(answer.body)


def status(answer: Answer, *allowed: int) -> Answer:
    assert answer.status in allowed, f"{answer.status} {answer.body[:200]!r}"
    return answer


def open_files() -> set[str]:
    """What the descriptors of this process are."""
    found: set[str] = set()
    for entry in list(Path("/proc/self/fd").iterdir()):
        with suppress(OSError):
            found.add(str(entry.readlink()))
    return found
