"""The same data as JSON, for scripts; and a line for whoever watches the server."""

from chirp import App, Request

from ..forms import read_filter
from ..store import Store


def health() -> tuple[str, int]:
    """Says that the server answers."""
    return "ok", 200


def api_status(store: Store) -> dict[str, object]:
    """How many tasks are where."""
    counts = store.counts()
    return {"open": counts.open, "done": counts.done, "total": counts.total, "percent": counts.percent}


def register(app: App, store: Store) -> None:
    """Adds the routes."""
    app.route("/health")(health)

    @app.route("/api/status")
    def status() -> dict[str, object]:
        return api_status(store)

    @app.route("/api/tasks")
    def tasks(request: Request) -> list[dict[str, object]]:
        return [
            {
                "ref": task.ref,
                "title": task.title,
                "status": task.status,
                "assignee": task.assignee.name if task.assignee else None,
                "due": task.due,
                "labels": [label.name for label in task.labels],
            }
            for task in store.tasks(read_filter(request.query))
        ]

    @app.route("/api/tasks/{id:int}")
    def task(id: int) -> dict[str, object]:
        found = store.task(id)
        return {"ref": found.ref, "title": found.title, "body": found.body, "status": found.status}
