"""Tasks: the list of all, one task, editing, moving, deleting, drafts of comments."""

import csv
import io
from typing import Final

from chirp import OOB, Action, App, FormAction, Fragment, Page, Redirect, Request, Template

from ..domain import Status, TaskFilter, TaskView
from ..forms import CommentForm, TaskForm, read_filter
from ..rendering import TOAST, board_columns, changed, invalid, open_count, project_context, render, task_context
from ..session import me
from ..store import Store

SHOW: Final = "tasks/show.html"
EDIT: Final = "tasks/edit.html"
SORT_OPTIONS: Final = (
    ("updated", "Last changed"),
    ("due", "Due first"),
    ("priority", "Most urgent"),
    ("title", "By title"),
)

# Other parts of the page refresh themselves when they hear this event.
TASK_CHANGED: Final[dict[str, str]] = {"HX-Trigger": "task-changed"}


def _status(text: str) -> Status:
    return Status(text) if text in list(Status) else Status.TODO


def _toast(message: str) -> Fragment:
    return Fragment(TOAST, "toast", target="toasts", swap="beforeend", message=message)


def register(app: App, store: Store) -> None:
    """Adds the routes."""
    register_lists(app, store)
    register_editing(app, store)
    register_moves(app, store)
    register_drafts(app, store)


def register_lists(app: App, store: Store) -> None:
    """Adds the routes that show many tasks."""

    @app.route("/tasks")
    def tasks(request: Request) -> Template | Page:
        wanted = read_filter(request.query)
        context = {"wanted": wanted, "tasks": store.tasks(wanted), "labels": store.labels()}
        return render("tasks/index.html", "results", section="tasks", sort_options=SORT_OPTIONS, **context)

    @app.route("/tasks.csv")
    def export(request: Request) -> tuple[str, int, dict[str, str]]:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["reference", "title", "status", "priority", "assignee", "due"])
        for task in store.tasks(read_filter(request.query)):
            assignee = task.assignee.name if task.assignee else ""
            writer.writerow([task.ref, task.title, task.status, task.priority, assignee, task.due or ""])
        headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="tasks.csv"'}
        return out.getvalue(), 200, headers


def register_editing(app: App, store: Store) -> None:
    """Adds the routes of one task."""

    @app.route("/tasks/{id:int}", name="task")
    def task(id: int) -> Template | Page:
        found = store.task(id)
        form = CommentForm(body=store.draft(id, me().id))
        return render(SHOW, "detail", form=form, **task_context(store, found))

    @app.route("/tasks/{id:int}/edit")
    def edit(id: int) -> Template | Page:
        found = store.task(id)
        return render(EDIT, "form", section="tasks", task=found, labels=store.labels(), form=TaskForm.of(found))

    @app.route("/tasks/{id:int}", methods=["POST", "PUT"])
    async def save(request: Request, id: int) -> FormAction | tuple[Page, int]:
        found = store.task(id)
        form = TaskForm.read(await request.form(), store)
        if not form.ok:
            return invalid(EDIT, "form", section="tasks", task=found, labels=store.labels(), form=form)
        saved = store.change_task(id, form.draft(), me())
        detail = Fragment(SHOW, "detail", **task_context(store, saved))
        return changed(f"/tasks/{id}", detail, message=f"{saved.ref} is saved.")

    @app.route("/tasks/{id:int}", methods=["DELETE"])
    def remove(id: int) -> tuple[OOB, int, dict[str, str]]:
        gone = store.task(id)
        store.delete_task(id)
        return OOB("", _toast(f"{gone.ref} is deleted."), open_count()), 200, TASK_CHANGED

    @app.route("/tasks/{id:int}/delete", methods=["GET", "POST"])
    def confirm_delete(request: Request, id: int) -> Template | Page | Redirect:
        found = store.task(id)
        if request.method == "POST":
            store.delete_task(id)
            return Redirect(f"/projects/{found.project.id}", status=303)
        return render(
            "confirm.html",
            section="tasks",
            question=f"Delete {found.ref}?",
            detail=f"“{found.title}” and what was said about it will be gone.",
            action=f"/tasks/{id}/delete",
            back=f"/tasks/{id}",
        )


def register_moves(app: App, store: Store) -> None:
    """Adds the routes that change a task's status and nothing else."""

    @app.route("/tasks/{id:int}/toggle", methods=["POST"])
    def toggle(request: Request, id: int) -> tuple[OOB, int, dict[str, str]] | Redirect:
        task = store.task(id)
        moved = store.move_task(id, Status.TODO if task.done else Status.DONE, me())
        if not request.is_fragment:
            return Redirect(f"/projects/{moved.project.id}", status=303)
        row = Fragment("tasks/row.html", "row", task=moved)
        return OOB(row, open_count()), 200, TASK_CHANGED

    @app.route("/tasks/{id:int}/status", methods=["POST", "PATCH"])
    async def change_status(request: Request, id: int) -> FormAction:
        fields = await request.form()
        moved = store.move_task(id, _status(fields.get("status", "")), me())
        status = Fragment(SHOW, "status", task=moved)
        return changed(f"/tasks/{id}", status, message=f"{moved.ref} is now {moved.status.label.lower()}.")

    @app.route("/tasks/{id:int}/move", methods=["POST", "PATCH"])
    async def move(request: Request, id: int) -> FormAction:
        fields = await request.form()
        moved = store.move_task(id, _status(fields.get("status", "")), me())
        return changed(f"/projects/{moved.project.id}/board", *board(moved), message=f"{moved.ref} has moved.")

    def board(task: TaskView) -> tuple[Fragment, Fragment]:
        columns = board_columns(store.tasks(TaskFilter(project=task.project.id)))
        context = project_context(store, task.project, "board")
        return (
            Fragment("projects/board.html", "board", columns=columns, **context),
            Fragment("projects/board.html", "project_counts", target="project-counts", **context),
        )


def register_drafts(app: App, store: Store) -> None:
    """Adds the routes that keep what somebody types before they send it. Only htmx asks for these."""

    @app.route("/tasks/{id:int}/draft", methods=["PUT"])
    async def keep_draft(request: Request, id: int) -> Action:
        fields = await request.form()
        store.keep_draft(id, me().id, fields.get("body", ""))
        return Action(trigger="draft-saved")

    @app.route("/tasks/{id:int}/draft")
    def draft(id: int) -> Fragment:
        return Fragment(SHOW, "draft_note", draft=store.draft(id, me().id))
