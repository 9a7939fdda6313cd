"""How the tracker answers: the helpers that handlers return through, and the context that pages share."""

from typing import Any, Final, NamedTuple

from chirp import FormAction, Fragment, Page, Template

from .domain import Counts, Project, Status, TaskView
from .store import Store, by_status

TOAST: Final = "partials/toast.html"
NAV: Final = "partials/nav.html"

type Context = dict[str, Any]


def render(template: str, block: str | None = None, /, **context: Any) -> Template | Page:
    """A page for a browser; for htmx the named block of it, where there is one."""
    context.setdefault("section", "")
    if block is None:
        return Template(template, **context)
    return Page(template, block, **context)


def invalid(template: str, block: str, /, **context: Any) -> tuple[Page, int]:
    """The form again, with what is wrong: 422, as a page for a browser, as the block for htmx."""
    context.setdefault("section", "")
    return Page(template, block, **context), 422


def changed(url: str, *fragments: Fragment, message: str = "Saved.") -> FormAction:
    """Something was done: a browser goes to `url`, htmx gets the fragments and a toast."""
    toast = Fragment(TOAST, "toast", target="toasts", swap="beforeend", message=message)
    return FormAction(url, *fragments, toast, open_count())


def open_count() -> Fragment:
    """The number in the navigation, out of band."""
    return Fragment(NAV, "open_count", target="open-count")


class Column(NamedTuple):
    """One column of the board; `before` and `after` are where its tasks can move."""

    status: Status
    tasks: tuple[TaskView, ...]
    before: Status | None
    after: Status | None


def board_columns(tasks: tuple[TaskView, ...]) -> tuple[Column, ...]:
    """All columns in board order."""
    order = list(Status)
    return tuple(
        Column(status, held, order[place - 1] if place else None, order[place + 1] if place + 1 < len(order) else None)
        for place, (status, held) in enumerate(by_status(tasks).items())
    )


def project_context(store: Store, project: Project, tab: str) -> Context:
    """What `projects/layout.html` needs."""
    return {
        "section": "projects",
        "project": project,
        "counts": store.counts(project.id),
        "tab": tab,
    }


def with_counts(store: Store, projects: tuple[Project, ...]) -> list[tuple[Project, Counts]]:
    """Projects with how far they are."""
    return [(project, store.counts(project.id)) for project in projects]


def task_context(store: Store, task: TaskView) -> Context:
    """What `tasks/show.html` needs, but for its form."""
    return {"section": "tasks", "task": task, "comments": store.comments(task.id)}
