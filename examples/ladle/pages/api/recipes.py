"""The collection as JSON, for scripts."""

from chirp import Request
from examples.ladle.kitchen import store


def get(request: Request) -> list[dict[str, object]]:
    return [
        {"id": one.id, "title": one.title, "minutes": one.draft.minutes, "tags": one.draft.tags, "stars": one.stars}
        for one in store().recipes(request.query.get("q", ""))
    ]
