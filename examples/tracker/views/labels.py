"""Labels, as a class whose methods are the handlers."""

from typing import Final

from chirp import OOB, App, FormAction, Fragment, Page, Redirect, Request, Template

from ..domain import Hue, Label
from ..forms import LabelForm
from ..rendering import Context, changed, invalid, render
from ..store import Store

LABELS: Final = "labels/index.html"
EDIT: Final = "labels/edit.html"
ROW: Final = "labels/row.html"


class LabelViews:
    """The handlers of everything under `/labels`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def register(self, app: App) -> None:
        """Adds the routes."""
        app.route("/labels")(self.index)
        app.route("/labels", methods=["POST"])(self.add)
        app.route("/labels/check")(self.check)
        app.route("/labels/{id:int}")(self.row)
        app.route("/labels/{id:int}", methods=["POST", "PUT"])(self.save)
        app.route("/labels/{id:int}", methods=["DELETE"])(self.remove)
        app.route("/labels/{id:int}/edit")(self.edit)
        app.route("/labels/{id:int}/delete", methods=["GET", "POST"])(self.confirm_delete)

    def _context(self) -> Context:
        return {"section": "labels", "labels": self.store.labels(), "uses": self.store.label_uses()}

    def _row(self, label: Label) -> Fragment:
        return Fragment(ROW, "row", label=label, uses=self.store.label_uses())

    def index(self) -> Template | Page:
        """All labels, and a form for one more."""
        return render(LABELS, "label_list", form=LabelForm(), **self._context())

    async def add(self, request: Request) -> FormAction | tuple[Page, int]:
        """Makes a label."""
        form = LabelForm.read(await request.form(), self.store)
        if not form.ok:
            return invalid(LABELS, "form", form=form, **self._context())
        label = self.store.add_label(form.name, Hue(form.hue))
        context = self._context()
        return changed(
            "/labels",
            Fragment(LABELS, "form", form=LabelForm(), **context),
            Fragment(LABELS, "label_list", target="labels", **context),
            Fragment(LABELS, "label_total", target="label-total", **context),
            message=f"“{label.name}” can be used.",
        )

    def check(self, request: Request) -> Fragment:
        """Says while somebody types whether a name can be used."""
        return Fragment(LABELS, "name_hint", form=LabelForm.read(request.query, self.store))

    def row(self, id: int) -> Fragment:
        """One row, for somebody who thought better of editing it."""
        return self._row(self.store.label(id))

    def edit(self, id: int) -> Template | Page:
        """The form instead of the row."""
        label = self.store.label(id)
        return render(EDIT, "form", section="labels", label=label, form=LabelForm.of(label))

    async def save(self, request: Request, id: int) -> FormAction | tuple[Page, int]:
        """Renames and recolours."""
        label = self.store.label(id)
        form = LabelForm.read(await request.form(), self.store, label)
        if not form.ok:
            return invalid(EDIT, "form", section="labels", label=label, form=form)
        saved = self.store.change_label(id, form.name, Hue(form.hue))
        return changed("/labels", self._row(saved))

    def remove(self, id: int) -> OOB:
        """Deletes; the row goes, the number changes."""
        self.store.delete_label(id)
        return OOB("", Fragment(LABELS, "label_total", target="label-total", **self._context()))

    def confirm_delete(self, request: Request, id: int) -> Template | Page | Redirect:
        """Asks first, for a browser without JavaScript."""
        label = self.store.label(id)
        if request.method == "POST":
            self.store.delete_label(id)
            return Redirect("/labels", status=303)
        return render(
            "confirm.html",
            section="labels",
            question=f"Delete the label “{label.name}”?",
            detail="It is taken off every task.",
            action=f"/labels/{id}/delete",
            back="/labels",
        )
