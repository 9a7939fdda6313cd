"""Reading answers."""

import json
from typing import Any

from tests.runtime.driver import Answer


def parsed(answer: Answer) -> Any:
    """The JSON of a 200."""
    assert answer.status == 200, f"{answer.status} {answer.body[:200]!r}"
    return json.loads(answer.body)


def status(answer: Answer, *allowed: int) -> Answer:
    assert answer.status in allowed, f"{answer.status} {answer.body[:200]!r}"
    return answer
