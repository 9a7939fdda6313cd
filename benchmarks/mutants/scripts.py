"""What is asked of each example: its pages, and every form and button, right and wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """A request that may change data. `page` is where htmx sends it from; empty for a browser without JavaScript."""

    method: str
    path: str
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    page: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """The module and the name of the application or its factory, its pages, and the steps in their order."""

    module: str
    name: str
    pages: tuple[str, ...]
    steps: tuple[Step, ...]


_TASK = {"title": "Water the plants", "body": "All.", "status": "doing", "priority": "high"}
_PERSON = {"name": "Femi Cole", "email": "femi@perch.example", "role": "Sales"}
_PROFILE = {"intent": "profile", "name": "Ada O.", "email": "ada@perch.example", "role": "All"}
_DETAILS = {"intent": "details", "name": "Phone app", "summary": "", "lead": "1", "hue": "rose"}

TRACKER = Script(
    "app",
    "create_app",
    (
        "/",
        "/activity",
        "/activity?page=2",
        "/search",
        "/search?q=a",
        "/projects",
        "/projects?archived=1",
        "/projects/new",
        "/projects/1",
        "/projects/1/board",
        "/projects/1/settings",
        "/projects/1/counts",
        "/tasks",
        "/tasks/1",
        "/tasks/1/edit",
        "/tasks/1/delete",
        "/tasks/1/draft",
        "/comments/2",
        "/comments/2/edit",
        "/comments/2/delete",
        "/people",
        "/people/1",
        "/labels",
        "/labels/1",
        "/labels/check?name=bug",
        "/labels/1/edit",
        "/labels/1/delete",
        "/settings",
        "/dashboard",
        "/health",
        "/api/status",
        "/api/tasks",
        "/api/tasks/1",
        "/tasks.csv",
        "/nothing/here",
    ),
    (
        Step("GET", "/tasks/999", page="/tasks"),
        Step("GET", "/tasks/999"),
        Step("POST", "/activity"),
        Step("POST", "/projects/1/tasks", {"title": "One"}, "/projects/1"),
        Step("POST", "/projects/1/tasks", {"title": ""}, "/projects/1"),
        Step("POST", "/projects/1/tasks", {"title": "Two"}),
        Step("POST", "/projects/1/tasks", {"title": ""}),
        Step("PUT", "/tasks/1", _TASK, "/tasks/1/edit"),
        Step("POST", "/tasks/1", _TASK),
        Step("PUT", "/tasks/1", {"title": ""}, "/tasks/1/edit"),
        Step("POST", "/tasks/1", {"title": ""}),
        Step("POST", "/tasks/2/toggle", page="/projects/1"),
        Step("POST", "/tasks/2/toggle"),
        Step("PATCH", "/tasks/2/move", {"status": "doing"}, "/projects/1/board"),
        Step("POST", "/tasks/2/move", {"status": "todo"}),
        Step("PATCH", "/tasks/1/status", {"status": "done"}, "/tasks/1"),
        Step("POST", "/tasks/1/status", {"status": "todo"}),
        Step("PUT", "/tasks/1/draft", {"body": "Half a thought"}, "/tasks/1"),
        Step("POST", "/tasks/1/comments", {"body": "A and B"}, "/tasks/1"),
        Step("POST", "/tasks/1/comments", {"body": "More"}),
        Step("POST", "/tasks/1/comments", {"body": ""}, "/tasks/1"),
        Step("POST", "/tasks/1/comments", {}),
        Step("PUT", "/comments/2/edit", {"body": "Three words."}, "/comments/2/edit"),
        Step("POST", "/comments/2/edit", {"body": "Two words."}),
        Step("PUT", "/comments/2/edit", {"body": ""}, "/comments/2/edit"),
        Step("POST", "/comments/2/edit", {"body": ""}),
        Step("GET", "/comments/1/edit"),
        Step("PUT", "/comments/1/edit", {"body": "Mine."}),
        Step("DELETE", "/comments/1"),
        Step("POST", "/comments/1/delete"),
        Step("DELETE", "/comments/2", page="/tasks/1"),
        Step("POST", "/comments/9/delete"),
        Step("POST", "/projects/new", {"name": "Garden", "key": "gar", "summary": "", "lead": "2", "hue": "lime"}),
        Step("POST", "/projects/new", {"name": ""}),
        Step("POST", "/labels", {"name": "garden", "hue": "lime"}, "/labels"),
        Step("POST", "/labels", {"name": "kitchen", "hue": "?"}),
        Step("POST", "/labels", {"name": "Garden"}, "/labels"),
        Step("POST", "/labels", {"name": "Garden"}),
        Step("PUT", "/labels/2", {"name": "plants"}, "/labels/1/edit"),
        Step("POST", "/labels/2", {"name": "plants"}),
        Step("PUT", "/labels/2", {"name": "bug"}, "/labels/1/edit"),
        Step("DELETE", "/labels/3", page="/labels"),
        Step("POST", "/labels/4/delete"),
        Step("POST", "/people", _PERSON, "/people"),
        Step("POST", "/people", {**_PERSON, "email": "f@perch.example"}),
        Step("POST", "/people", _PERSON, "/people"),
        Step("POST", "/people", _PERSON),
        Step("POST", "/settings", _PROFILE, "/settings"),
        Step("POST", "/settings", _PROFILE),
        Step("POST", "/settings", {**_PROFILE, "email": "ada"}, "/settings"),
        Step("POST", "/settings", {"intent": "?"}),
        Step("POST", "/settings", {"intent": "appearance", "theme": "dark"}),
        Step("POST", "/projects/2/settings", _DETAILS, "/projects/1/settings"),
        Step("POST", "/projects/2/settings", _DETAILS),
        Step("POST", "/projects/2/settings", {**_DETAILS, "name": ""}, "/projects/1/settings"),
        Step("POST", "/projects/2/settings", {"intent": "archive"}),
        Step("POST", "/projects/2/settings", {"intent": "restore"}),
        Step("POST", "/projects/2/settings", {"intent": "delete", "confirm": "no"}),
        Step("POST", "/projects/2/settings", {"intent": "delete", "confirm": "app"}),
        Step("DELETE", "/tasks/3", page="/projects/1"),
        Step("POST", "/tasks/4/delete"),
        Step("POST", "/switch", {"person": "4"}),
    ),
)
NOTES = Script(
    "app",
    "app",
    ("/", "/?q=oat", "/?q=none", "/notes/1/edit", "/notes.json", "/nothing"),
    (
        Step("POST", "/notes", {"text": "A third"}, "/"),
        Step("POST", "/notes", {"text": "A fourth"}),
        Step("POST", "/notes", {"text": ""}, "/"),
        Step("POST", "/notes", {"text": ""}),
        Step("GET", "/notes/99/edit"),
        Step("POST", "/notes/1", {"text": "Changed"}, "/notes/1/edit"),
        Step("POST", "/notes/1", {"text": "Changed"}),
        Step("POST", "/notes/2/delete", page="/"),
        Step("POST", "/notes/1/delete"),
    ),
)
SCRIPTS: Mapping[str, Script] = {"tracker": TRACKER, "notes": NOTES}
