"""What is asked of each example: its pages, and every form and button, right and wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """A request that may change data. `page` is where htmx sends it from; empty for a browser without JavaScript.

    `form` is the page whose form is sent: with its hidden fields, and without those that it does not have.
    """

    method: str
    path: str
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    page: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """The module and the name of the application or its factory, its pages, and the steps in their order.

    `before` are steps that are taken before the pages are asked for. `data` is the environment variable that names the
    file with the data, which is a new one each time; `needs` are the libraries that the application imports. `streams`
    are URLs of streams, each with how many events it gives at least after the steps.
    """

    module: str
    name: str
    pages: tuple[str, ...]
    steps: tuple[Step, ...]
    before: tuple[Step, ...] = ()
    data: str = ""
    needs: tuple[str, ...] = ()
    streams: tuple[tuple[str, int], ...] = ()


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
_RECIPE = {
    "title": "Leek tart",
    "minutes": "50",
    "serves": "4",
    "tags": "baking",
    "ingredients": "2 leeks",
    "steps": "Bake.",
    "hue": "basil",
}
_R = "/recipes/1"
LADLE = Script(
    "app",
    "create_app",
    (
        "/",
        "/about",
        "/random",
        "/api/recipes",
        "/recipes",
        "/recipes?q=bean&sort=quick",
        "/recipes?q=none",
        "/recipes/new",
        "/recipes/1",
        "/recipes/1?people=3",
        "/recipes/1/cook",
        "/recipes/1/cook?step=2",
        "/recipes/1/cook?step=9",
        "/recipes/1/notes",
        "/recipes/1/edit",
        "/recipes/1/delete",
        "/plan",
        "/plan?from=2030-01-02",
        "/plan/2030-01-02",
        "/shopping",
        "/shopping/export",
        "/search",
        "/search?q=bean",
        "/tags",
        "/tags/vegan",
        "/tags/none",
        "/settings",
        "/nothing/here",
    ),
    (
        Step("GET", "/recipes/99"),
        Step("GET", "/plan/someday"),
        Step("POST", _R, {"_action": "rate", "stars": "3"}, _R),
        Step("POST", _R, {"_action": "rate", "stars": "3"}),
        Step("POST", _R, {"_action": "favourite"}, _R),
        Step("POST", _R, {"_action": "favourite"}, _R),
        Step("POST", _R, {"_action": "favourite"}),
        Step("POST", _R, {"_action": "shop", "portions": "3"}, _R),
        Step("POST", _R, {"_action": "shop", "portions": "3"}),
        Step("POST", "/recipes/new", _RECIPE),
        Step("POST", "/recipes/new", {}, "/recipes/new"),
        Step("POST", "/recipes/new", {}),
        Step("POST", "/recipes/1/edit", {**_RECIPE, "minutes": "0"}, "/recipes/1/edit"),
        Step("POST", "/recipes/1/edit", {**_RECIPE, "minutes": "0"}),
        Step("POST", "/recipes/2/edit", _RECIPE),
        Step("POST", "/recipes/1/notes", {"text": "Good."}, "/recipes/1/notes"),
        Step("POST", "/recipes/1/notes", {"text": "Good."}),
        Step("POST", "/recipes/1/notes", {}, "/recipes/1/notes"),
        Step("POST", "/recipes/1/notes", {}),
        Step("DELETE", "/recipes/1/notes/1", page="/recipes/1/notes"),
        Step("POST", "/recipes/1/notes/2"),
        Step("POST", "/plan/2030-01-02", {"recipe": "2"}, "/plan?from=2030-01-02"),
        Step("POST", "/plan/2030-01-02", {"recipe": ""}, "/plan/2030-01-02"),
        Step("POST", "/plan/2030-01-03", {"recipe": "3"}),
        Step("POST", "/plan", {"_action": "shop"}, "/plan"),
        Step("POST", "/plan", {"_action": "shop"}),
        Step("POST", "/plan", {"_action": "clear"}, "/plan"),
        Step("POST", "/plan", {"_action": "clear"}),
        Step("POST", "/shopping", {"text": "Milk"}, "/shopping"),
        Step("POST", "/shopping", {"text": "Milk"}),
        Step("POST", "/shopping", {}, "/shopping"),
        Step("POST", "/shopping", {}),
        Step("POST", "/shopping", {"_action": "tick", "item": "1"}, "/shopping"),
        Step("POST", "/shopping", {"_action": "tick", "item": "1"}),
        Step("POST", "/shopping", {"_action": "clear"}, "/shopping"),
        Step("POST", "/shopping", {"_action": "clear"}),
        Step("POST", "/settings", {"theme": "dark"}),
        Step("POST", "/recipes/3/delete"),
        Step("GET", "/recipes/3"),
    ),
)
_THING = {"name": "Angle grinder", "code": "w-9", "kind": "workshop", "place": "Shelf 1", "about": "Loud."}
_GUEST = {"name": "Femi Cole", "email": "femi@shed.example"}


def _sent(path: str, page: str, *filled: Mapping[str, str], method: str = "POST") -> tuple[Step, ...]:
    """The form for a path on a page, filled in in several ways, sent by htmx and by a browser."""
    ways = tuple((fields, by) for fields in filled or ({},) for by in (page, ""))
    return tuple(Step(method if by else "POST", path, fields, by, page) for fields, by in ways)


SHED = Script(
    "app",
    "create_app",
    (
        "/",
        "/enter",
        "/things",
        "/things?q=shelf+1&kind=workshop&state=here",
        "/things?q=nothing+of+this",
        "/things?page=2",
        "/things/new",
        "/things/1",
        "/things/2",
        "/things/3",
        "/things/1/edit",
        "/things/1/place",
        "/things/1/place/edit",
        "/things/1/delete",
        "/things/code?code=W-1",
        "/things.csv",
        "/loans",
        "/members",
        "/members?q=ada",
        "/members/1",
        "/members/1/row",
        "/members/1/edit",
        "/members/1/delete",
        "/members/2/edit",
        "/members/2/delete",
        "/api/things",
        "/health",
        "/nothing/here",
    ),
    (
        Step("GET", "/things/99"),
        *_sent("/things/2/borrow", "/things/2", {"days": "7"}),
        *_sent("/things/5/borrow", "/things/5", {"days": "3"}),
        Step("POST", "/things/5/borrow", {"days": "7"}, form="/things/5"),
        *_sent("/things/4/wait", "/things/4"),
        *_sent("/things/1/return", "/things/1"),
        *_sent("/loans/3/return", "/loans"),
        *_sent("/loans/5/extend", "/loans"),
        *_sent("/things", "/things/new", _THING, {**_THING, "code": "?"}, {**_THING, "code": "W-1"}),
        *_sent("/things/1", "/things/1/edit", {**_THING, "code": "w-8"}, {**_THING, "name": ""}),
        *_sent("/things/1/place", "/things/1/place/edit", {"place": "Elsewhere"}, {"place": "x" * 61}),
        *_sent("/members", "/members", _GUEST, {**_GUEST, "email": "femi"}),
        *_sent("/members/1", "/members/1/edit", {"name": "Ada O."}, {"name": ""}, method="PUT"),
        *_sent("/members/2", "/members/2/edit", {"name": "Bo L."}, {"name": ""}, method="PUT"),
        Step("POST", "/things/1/delete", form="/things/1/delete"),
        Step("POST", "/members/2/delete", form="/members/2/delete"),
        Step("POST", "/enter", {"member": "3", "next": "/things/2"}, form="/enter"),
        Step("POST", "/enter", {"member": "none"}, form="/enter"),
        Step("POST", "/leave", form="/"),
        Step("GET", "/things/new"),
    ),
    before=(Step("POST", "/enter", {"member": "1"}, form="/enter"),),
    data="SHED_DATA",
    needs=("sqlalchemy", "sqlalchemy.dialects.sqlite"),
)
_W = "/walls/lobby"
_NOTE = {"name": "Ada", "text": "Hello.", "hue": "pink"}
WALL = Script(
    "app",
    "create_app",
    ("/", "/open", "/open?wall=Pub+Quiz!", _W, "/walls/Lobby", f"{_W}/notes.json", "/health", "/nothing/here"),
    (
        *_sent(f"{_W}/notes", _W, _NOTE, {**_NOTE, "text": ""}),
        *_sent(f"{_W}/notes/0-0/cheer", _W),
        Step("GET", _W),
    ),
    before=(Step("POST", f"{_W}/notes", _NOTE, form=_W),),
    streams=((f"{_W}/stream", 6),),
)
SCRIPTS: Mapping[str, Script] = {"tracker": TRACKER, "notes": NOTES, "ladle": LADLE, "shed": SHED, "wall": WALL}
