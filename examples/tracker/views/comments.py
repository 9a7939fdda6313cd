"""Comments on tasks. Only their author can change them."""

from typing import Final

from chirp import OOB, App, FormAction, Fragment, Page, Redirect, Request, Response, Template, ValidationError

from ..domain import Comment
from ..forms import CommentForm
from ..rendering import Context, changed, invalid, render, task_context
from ..session import me
from ..store import Store

TASK: Final = "tasks/show.html"
COMMENT: Final = "comments/comment.html"
EDIT: Final = "comments/edit.html"
NOT_YOURS: Final = Response("Only the author can change a comment.", 403, "text/plain; charset=utf-8")


def register(app: App, store: Store) -> None:
    """Adds the routes."""

    def count_of(task_id: int) -> Fragment:
        return Fragment(TASK, "comment_count", target="comment-count", comments=store.comments(task_id))

    def edit_context(comment: Comment, form: CommentForm) -> Context:
        return {"section": "tasks", "comment": comment, "form": form}

    @app.route("/tasks/{id:int}/comments", methods=["POST"])
    async def add_comment(request: Request, id: int) -> FormAction | ValidationError | tuple[Page, int]:
        context = task_context(store, store.task(id))
        form = CommentForm.read(await request.form())
        if form.ok:
            comment = store.add_comment(id, me(), form.body)
            return changed(
                f"/tasks/{id}",
                Fragment(TASK, "comment_form", form=CommentForm(), **context),
                Fragment(COMMENT, "comment", target="comments", swap="beforeend", comment=comment),
                count_of(id),
                message="Your comment is there.",
            )
        if request.is_fragment:
            return ValidationError(TASK, "comment_form", form=form, **context)
        return invalid(TASK, "comment_form", form=form, **context)

    @app.route("/comments/{id:int}")
    def comment(id: int) -> Fragment:
        return Fragment(COMMENT, "comment", comment=store.comment(id))

    @app.route("/comments/{id:int}/edit")
    def edit(id: int) -> Template | Page | Response:
        found = store.comment(id)
        if found.author.id != me().id:
            return NOT_YOURS
        return render(EDIT, "form", **edit_context(found, CommentForm(body=found.body)))

    @app.route("/comments/{id:int}/edit", methods=["POST", "PUT"])
    async def save(request: Request, id: int) -> FormAction | Response | tuple[Page, int]:
        found = store.comment(id)
        if found.author.id != me().id:
            return NOT_YOURS
        form = CommentForm.read(await request.form())
        if not form.ok:
            return invalid(EDIT, "form", **edit_context(found, form))
        saved = store.change_comment(id, form.body)
        return changed(f"/tasks/{found.task_id}", Fragment(COMMENT, "comment", comment=saved))

    @app.route("/comments/{id:int}", methods=["DELETE"])
    def remove(id: int) -> OOB | Response:
        found = store.comment(id)
        if found.author.id != me().id:
            return NOT_YOURS
        store.delete_comment(id)
        return OOB("", count_of(found.task_id))

    @app.route("/comments/{id:int}/delete", methods=["GET", "POST"])
    def confirm_delete(request: Request, id: int) -> Template | Page | Redirect | Response:
        found = store.comment(id)
        if found.author.id != me().id:
            return NOT_YOURS
        back = f"/tasks/{found.task_id}"
        if request.method == "POST":
            store.delete_comment(id)
            return Redirect(back, status=303)
        action = f"/comments/{id}/delete"
        return render("confirm.html", question="Delete your comment?", detail=found.body, action=action, back=back)
