"""Projects: the list, one project as list and as board, its settings."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from chirp import App, FormAction, Fragment, Page, Redirect, Request, Template, ValidationError

from ..domain import Hue, Project, TaskFilter
from ..forms import Fields, ProjectForm, TaskForm, read_filter
from ..rendering import Context, board_columns, changed, invalid, project_context, render, with_counts
from ..session import me
from ..store import Store

SHOW: Final = "projects/show.html"
SETTINGS: Final = "projects/settings.html"


def register(app: App, store: Store) -> None:
    """Adds the routes."""

    @app.route("/projects")
    def projects(request: Request) -> Template | Page:
        words, archived = request.query.get("q", "").strip(), request.query.get_bool("archived", False)
        found = store.projects(archived=archived, text=words)
        return render(
            "projects/index.html",
            "project_list",
            section="projects",
            projects=with_counts(store, found),
            q=words,
            archived=archived,
        )

    @app.route("/projects/new")
    def new_project() -> Template | Page:
        return render("projects/new.html", section="projects", form=ProjectForm(lead=str(me().id)))

    @app.route("/projects/new", methods=["POST"])
    async def add_project(request: Request) -> Redirect | tuple[Page, int]:
        form = ProjectForm.read(await request.form(), store)
        if not form.ok:
            return invalid("projects/new.html", "form", section="projects", form=form)
        project = store.add_project(form.name, form.key, form.summary, Hue(form.hue), int(form.lead))
        return Redirect(f"/projects/{project.id}", status=303)

    @app.route("/projects/{id:int}", name="project")
    def project(request: Request, id: int) -> Template | Page:
        return render(SHOW, "tasks", form=TaskForm(), **list_context(store.project(id), request.query))

    @app.route("/projects/{id:int}/board")
    def board(id: int) -> Template | Page:
        found = store.project(id)
        columns = board_columns(store.tasks(TaskFilter(project=id)))
        return render("projects/board.html", "board", columns=columns, **project_context(store, found, "board"))

    @app.route("/projects/{id:int}/counts")
    def counts(id: int) -> Fragment:
        return Fragment("projects/layout.html", "project_counts", **project_context(store, store.project(id), "list"))

    @app.route("/projects/{id:int}/tasks", methods=["POST"])
    async def add_task(request: Request, id: int) -> FormAction | ValidationError | tuple[Page, int]:
        found = store.project(id)
        form = TaskForm.read(await request.form(), store)
        if form.ok:
            task = store.add_task(id, form.draft(), me())
            context = list_context(found, {})
            return changed(
                f"/projects/{id}",
                Fragment(SHOW, "quick_add", form=TaskForm(), **context),
                Fragment(SHOW, "tasks", target="task-list", **context),
                Fragment(SHOW, "project_counts", target="project-counts", **context),
                message=f"{task.ref} is on the list.",
            )
        context = list_context(found, {})
        if request.is_fragment:
            return ValidationError(SHOW, "quick_add", retarget="#quick-add", form=form, **context)
        return invalid(SHOW, "tasks", form=form, **context)

    @app.route("/projects/{id:int}/settings")
    def settings(id: int) -> Template | Page:
        found = store.project(id)
        return render(SETTINGS, form=ProjectForm.of(found), **project_context(store, found, "settings"))

    @app.route("/projects/{id:int}/settings", methods=["POST"])
    async def change_settings(request: Request, id: int) -> Redirect | FormAction | tuple[Page, int]:
        found = store.project(id)
        fields = await request.form()
        match fields.get("intent", "details"):
            case "archive":
                store.change_project(replace(found, archived=True))
                return Redirect("/projects", status=303)
            case "restore":
                store.change_project(replace(found, archived=False))
                return Redirect(f"/projects/{id}", status=303)
            case "delete":
                return delete(found, fields)
            case _:
                return save_details(found, fields)

    def list_context(found: Project, query: Mapping[str, str]) -> Context:
        context = project_context(store, found, "list")
        wanted = read_filter(query, found.id)
        context.update(wanted=wanted, tasks=store.tasks(wanted))
        return context

    def delete(found: Project, fields: Fields) -> Redirect | tuple[Page, int]:
        if fields.get("confirm", "").strip().upper() == found.key:
            store.delete_project(found.id)
            return Redirect("/projects", status=303)
        form = replace(ProjectForm.of(found), errors={"confirm": f"That is not {found.key}."})
        return invalid(SETTINGS, "tab", form=form, **project_context(store, found, "settings"))

    def save_details(found: Project, fields: Fields) -> FormAction | tuple[Page, int]:
        form = ProjectForm.read(fields, store, found)
        context = project_context(store, found, "settings")
        if not form.ok:
            return invalid(SETTINGS, "details", form=form, **context)
        store.change_project(
            replace(found, name=form.name, summary=form.summary, hue=Hue(form.hue), lead_id=int(form.lead))
        )
        return changed(f"/projects/{found.id}/settings", Fragment(SETTINGS, "details", form=form, **context))
