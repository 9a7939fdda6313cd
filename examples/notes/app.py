"""A page of notes: write, search, edit, delete. Works without JavaScript, and better with htmx."""

from itertools import count

from chirp import App, AppConfig, Fragment, Page, Redirect, Request

app = App(AppConfig(template_dir="templates", static_dir="static"))

numbers = count(3)
notes = {1: "Buy oat milk", 2: "Ask Noor about the boat"}


def found(words: str) -> dict[int, str]:
    """The notes that contain the words, newest first."""
    return {key: text for key, text in reversed(notes.items()) if words.lower() in text.lower()}


@app.route("/")
def index(request: Request) -> Page:
    words = request.query.get("q", "")
    return Page("index.html", "notes", notes=found(words), words=words)


@app.route("/notes", methods=["POST"])
def add(request: Request) -> Fragment | Redirect | tuple[Page, int]:
    text = request.form.get("text", "").strip()
    if not text:
        return Page("index.html", "notes", notes=found(""), words="", error="Write something first."), 422
    notes[next(numbers)] = text
    if request.is_htmx:
        return Fragment("index.html", "notes", notes=found(""), words="")
    return Redirect("/", status=303)


@app.route("/notes/{id:int}/edit")
def edit(id: int) -> Page | tuple[str, int]:
    if id not in notes:
        return "This note is gone.", 404
    return Page("edit.html", "form", id=id, text=notes[id])


@app.route("/notes/{id:int}", methods=["POST"])
def save(request: Request, id: int) -> Fragment | Redirect:
    notes[id] = request.form.get("text", "").strip() or notes.get(id, "")
    if request.is_htmx:
        return Fragment("note.html", "note", id=id, text=notes[id])
    return Redirect("/", status=303)


@app.route("/notes/{id:int}/delete", methods=["POST"])
def delete(request: Request, id: int) -> Redirect | str:
    notes.pop(id, None)
    return "" if request.is_htmx else Redirect("/", status=303)


@app.route("/notes.json")
def as_json() -> dict[str, list[str]]:
    return {"notes": list(notes.values())}
