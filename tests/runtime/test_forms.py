"""Forms over dataclasses: what a handler gets, what is refused and why, and how a form is shown again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NewType
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirp import (
    OOB,
    App,
    ConfigurationError,
    FormAction,
    FormBindingError,
    Fragment,
    Page,
    Request,
    UploadFile,
    ValidationError,
    form_from,
    form_or_errors,
    form_values,
)
from chirp.forms import Form, Length, Range, Verbatim, form_of
from chirp.forms.bound import read_form
from chirp.http.query import QueryParams
from tests.runtime.driver import Answer, ask, get, make_app, post_form

MULTIPART = ("content-type", "multipart/form-data; boundary=B")
HTMX = ("hx-request", "true")


class Priority(Enum):
    LOW = "low"
    HIGH = "high"


class Level(IntEnum):
    ONE = 1
    TWO = 2


type Short = Annotated[str, Length(1, 10)]
TaskId = NewType("TaskId", int)


def even(value: int) -> str | None:
    return None if value % 2 == 0 else "Enter an even number."


@dataclass(frozen=True, slots=True)
class TaskForm:
    title: Annotated[str, Length(1, 20)]
    points: Annotated[int, Range(1, 5)] = 1
    due: date | None = None
    priority: Priority = Priority.LOW
    labels: tuple[int, ...] = ()
    done: bool = False
    note: str = ""

    def validate(self) -> Mapping[str, str] | None:
        return {"note": "Say why it is so important."} if self.points == 5 and not self.note else None


def read[T](kind: type[T], query: str, *, posted: bool = True) -> Form[T]:
    return read_form(kind, QueryParams(query.encode()), posted=posted)


def one(annotation: Any, query: str, **options: Any) -> object:
    """The value of a form of the one field `x`; the messages when there are some."""
    made: Any = type("Made", (), {"__annotations__": {"x": annotation}} | options)
    form: Form[Any] = read(dataclass(frozen=True)(made), query)
    return form.data.x if form.ok else form.errors["x"]


NAIVE = datetime.fromisoformat("2026-02-28T10:30")
REQUIRED = ("This field is required.",)
WHOLE_NUMBER = ("Enter a whole number.",)
NUMBER = ("Enter a number.",)
LISTED = ("Choose one of the list.",)


@pytest.mark.parametrize(
    ("annotation", "query", "expected"),
    [
        (str, "x=+a+b+", "a b"),
        (str, "x=", REQUIRED),
        (str, "x=++", REQUIRED),
        (str, "", REQUIRED),
        (str, "x=1&x=2", "1"),
        (Annotated[str, Verbatim], "x=+a+", " a "),
        (Annotated[str, Verbatim()], "x=+", " "),
        (Any, "x=a", "a"),
        (int, "x=-12", -12),
        (int, "x=%2B12", 12),
        (int, "x=+12+", 12),
        (int, "x=1.0", WHOLE_NUMBER),
        (int, "x=1_000", WHOLE_NUMBER),
        (int, "x=--1", WHOLE_NUMBER),
        (int, "x=-%2B1", WHOLE_NUMBER),
        (int, "x=-", WHOLE_NUMBER),
        (int, "x=%D9%A1", WHOLE_NUMBER),
        (int, "x=" + "9" * 18, 10**18 - 1),
        (int, "x=" + "9" * 19, WHOLE_NUMBER),
        (int, "x=", REQUIRED),
        (float, "x=1.5", 1.5),
        (float, "x=-1e3", -1000.0),
        (float, "x=1e999", NUMBER),
        (float, "x=nan", NUMBER),
        (float, "x=inf", NUMBER),
        (float, "x=1_0", NUMBER),
        (float, "x=" + "1" * 65, NUMBER),
        (float, "x=.", NUMBER),
        (Decimal, "x=1.10", Decimal("1.10")),
        (Decimal, "x=1e9", NUMBER),
        (Decimal, "x=NaN", NUMBER),
        (Decimal, "x=.", NUMBER),
        (bool, "x=on", True),
        (bool, "x=TRUE", True),
        (bool, "x=0&x=1", True),
        (bool, "x=off", False),
        (bool, "", False),
        (bool, "x=", False),
        (bool, "x=maybe", ("Choose yes or no.",)),
        (bool | None, "", None),
        (bool | None, "x=", None),
        (bool | None, "x=no", False),
        (date, "x=2026-02-28", date(2026, 2, 28)),
        (date, "x=2026-02-30", ("Enter a date as year-month-day.",)),
        (date, "x=20260228", ("Enter a date as year-month-day.",)),
        (datetime, "x=2026-02-28T10:30", NAIVE),
        (datetime, "x=2026-02-28T10:30:15Z", datetime(2026, 2, 28, 10, 30, 15, tzinfo=UTC)),
        (datetime, "x=2026-02-28", ("Enter a date and a time.",)),
        (datetime, "x=10:61", ("Enter a date and a time.",)),
        (time, "x=10:30", time(10, 30)),
        (time, "x=25:00", ("Enter a time as hour:minute.",)),
        (time, "x=10", ("Enter a time as hour:minute.",)),
        (UUID, "x=" + "0" * 31 + "1", UUID(int=1)),
        (UUID, "x=00000000-0000-0000-0000-000000000001", UUID(int=1)),
        (UUID, "x={00000000-0000-0000-0000-000000000001}", ("Enter a UUID.",)),
        (UUID, "x=" + "g" * 32, ("Enter a UUID.",)),
        (Priority, "x=high", Priority.HIGH),
        (Priority, "x=HIGH", Priority.HIGH),
        (Priority, "x=middle", LISTED),
        (Level, "x=2", Level.TWO),
        (Level, "x=ONE", Level.ONE),
        (Literal["a", 1], "x=a", "a"),
        (Literal["a", 1], "x=1", 1),
        (Literal["a", 1], "x=b", LISTED),
        (int | None, "", None),
        (int | None, "x=", None),
        (int | None, "x=4", 4),
        (int | None, "x=a", WHOLE_NUMBER),
        (list[int], "", []),
        (list[int], "x=1&x=&x=2", [1, 2]),
        (list[int], "x=1&x=a", WHOLE_NUMBER),
        (list, "x=a&x=b", ["a", "b"]),
        (tuple[str, ...], "x=a&x=b", ("a", "b")),
        (Sequence[Priority], "x=low&x=high", (Priority.LOW, Priority.HIGH)),
        (set[int], "x=1&x=1", {1}),
        (frozenset[Literal["a"]], "x=a", frozenset("a")),
        (list[Annotated[int, even]], "x=2&x=3&x=5", ("Enter an even number.",)),
        (Annotated[list[int], Length(2, 3)], "x=1", ("Use at least 2 items.",)),
        (Annotated[list[int], Length(1)], "", ("Use at least 1 item.",)),
        (Annotated[int, Range(1, 5), even], "x=7", ("Enter 5 or less.", "Enter an even number.")),
        (Annotated[int, Range(1)], "x=0", ("Enter 1 or more.",)),
        (Annotated[int, Range(1, message="Too small.")], "x=0", ("Too small.",)),
        (Annotated[date, Range(date(2026, 1, 1))], "x=2025-12-31", ("Enter 2026-01-01 or more.",)),
        (Annotated[int | None, even], "", None),
        (Annotated[int, "only a note", even], "x=2", 2),
        (Annotated[str, Length(2, 3, message="Two or three.")], "x=a", ("Two or three.",)),
        (Annotated[str, Length(2)], "x=a", ("Use at least 2 characters.",)),
        (Short, "x=" + "a" * 11, ("Use at most 10 characters.",)),
        (TaskId, "x=3", 3),
    ],
)  # fmt: skip
def test_types(annotation: Any, query: str, expected: object) -> None:
    value = one(annotation, query)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("annotation", "default", "query", "expected"),
    [
        (str, "d", "", "d"),
        (str, "d", "x=", ""),
        (str, "d", "x=a", "a"),
        (int, 7, "", 7),
        (int, 7, "x=", 7),
        (int | None, 7, "", 7),
        (int | None, 7, "x=", None),
        (str | None, "d", "x=", None),
        (bool, True, "", False),
        (bool, True, "x=on", True),
        (Priority, Priority.HIGH, "x=", Priority.HIGH),
        (tuple[int, ...], (1,), "", ()),
    ],
)
def test_defaults(annotation: Any, default: object, query: str, expected: object) -> None:
    assert one(annotation, query, x=default) == expected


def test_a_query_leaves_defaults_where_nothing_is_said() -> None:
    @dataclass
    class Filter:
        q: str = "all"
        open: bool = True
        tag: list[str] = field(default_factory=lambda: ["new"])
        page: int = 1

    assert read(Filter, "", posted=False).data == Filter()
    assert read(Filter, "q=&open=off&tag=a&page=2", posted=False).data == Filter("", False, ["a"], 2)
    assert read(Filter, "").data == Filter("all", False, [], 1)


@given(st.sampled_from([int, float, bool, Decimal, UUID, date, datetime, time, Priority, Literal["a"]]), st.text())
def test_text_of_any_kind_is_a_value_or_a_message(kind: Any, text: str) -> None:
    made: Any = dataclass(type("Made", (), {"__annotations__": {"x": kind, "many": list[kind]}}))
    form: Form[Any] = read_form(made, Both({"x": [text], "many": [text, text]}))
    assert form.ok or form.errors
    assert form.values["x"] is not None
    assert all(form.errors[name] for name in form.errors)


class Both:
    def __init__(self, values: dict[str, list[str]]) -> None:
        self.values = values

    def get_list(self, key: str, /) -> list[str]:
        return self.values.get(key, [])


@given(
    st.builds(
        TaskForm,
        st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=20),
        st.integers(1, 4),
        st.none() | st.dates(),
        st.sampled_from(Priority),
        st.lists(st.integers(-1000, 1000)).map(tuple),
        st.booleans(),
        st.just("why"),
    )
)
def test_what_a_form_shows_is_read_back(task: TaskForm) -> None:
    shown = Form(TaskForm, task).values
    sent = {name: list(value) if isinstance(value, tuple) else [value] for name, value in shown.items()}
    assert read_form(TaskForm, Both(sent)).data == task


# What handlers get.

TEMPLATES = {
    "tasks.html": (
        "<html>{% block form %}<form id=f>{% for message in form.errors.title %}<b>{{ message }}</b>{% end %}"
        '<input name="title" value="{{ form.values.title }}">'
        '{% for n in ["1", "2"] %}<input type="checkbox" value="{{ n }}"'
        "{% if n in form.values.labels %} checked{% end %}>{% end %}"
        "{% if form.values.done %}done{% end %}{{ form.error() }}</form>{% end %}"
        "<ul>{{ tasks }}</ul></html>"
    ),
}


@pytest.fixture
def app(tmp_path: Path) -> App:
    app = make_app(tmp_path, TEMPLATES)

    @app.route("/tasks")
    def tasks() -> Page:
        return Page("tasks.html", "form", form=Form(TaskForm), tasks="all")

    @app.route("/tasks", methods=["POST"])
    def add(form: Form[TaskForm]) -> FormAction | ValidationError:
        if form.errors:
            return ValidationError("tasks.html", "form", full_page=True, retarget="#f", form=form, tasks="all")
        return FormAction(f"/done/{form.data.title}")

    @app.route("/taken", methods=["POST"])
    async def taken(form: Form[TaskForm]) -> FormAction | ValidationError:
        form = form.with_error("title", "This title is taken.").with_error("", "Nothing was saved.")
        return ValidationError("tasks.html", "form", form=form)

    @app.route("/data/{id:int}", methods=["POST", "PUT"])
    async def data(request: Request, id: int, task: TaskForm) -> str:
        return f"{request.method} {id} {task.title} {task.points}"

    @app.route("/search")
    def search(task: TaskForm) -> str:
        return repr(task)

    @app.route("/either", methods=["GET", "POST"])
    def either(task: TaskForm | None) -> str:
        return repr(task)

    return app


def test_a_form_that_holds(app: App) -> None:
    answer = post_form(app, "/tasks", b"title=a&points=2")
    assert (answer.status, answer["location"]) == (303, "/done/a")
    assert post_form(app, "/data/3", b"title=a&points=4").text == "POST 3 a 4"
    form = ("content-type", "application/x-www-form-urlencoded")
    assert ask(app, "PUT", "/data/3", headers=[form], body=b"title=a").text == "PUT 3 a 1"
    expected = (
        "TaskForm(title='a', points=1, due=None, priority=<Priority.LOW: 'low'>, labels=(1, 2), done=False, note='')"
    )
    assert get(app, "/search", query="title=a&labels=1&labels=2").text == expected
    assert get(app, "/either", query="title=a&labels=1&labels=2").text == expected
    assert post_form(app, "/either", b"title=a&labels=1&labels=2").text == expected


def test_an_empty_form_to_show(app: App) -> None:
    assert '<input name="title" value="">' in get(app, "/tasks").text


BAD = b"title=%3Cb%3E" + b"x" * 20 + b"&labels=2&done=on&points=9"
SHOWN = (
    '<form id=f><b>Use at most 20 characters.</b><input name="title" value="&lt;b&gt;' + "x" * 20 + '">'
    '<input type="checkbox" value="1"><input type="checkbox" value="2" checked>done</form>'
)


def test_a_browser_gets_the_whole_page_again_with_what_it_typed(app: App) -> None:
    answer = post_form(app, "/tasks", BAD)
    assert (answer.status, answer.text) == (422, f"<html>{SHOWN}<ul>all</ul></html>")
    assert answer["vary"] == "HX-Request, HX-Boosted, HX-History-Restore-Request"
    assert answer.all("hx-retarget") == []


def test_htmx_gets_the_form_alone(app: App) -> None:
    answer = post_form(app, "/tasks", BAD, HTMX)
    assert (answer.status, answer.text, answer["hx-retarget"]) == (422, SHOWN, "#f")
    assert answer["vary"] == "HX-Request, HX-Boosted, HX-History-Restore-Request"
    boosted = post_form(app, "/tasks", BAD, HTMX, ("hx-boosted", "true"))
    assert (boosted.text.startswith("<html>"), boosted.all("hx-retarget")) == (True, [])


def test_what_only_the_application_knows(app: App) -> None:
    answer = post_form(app, "/taken", b"title=a")
    assert "<b>This title is taken.</b>" in answer.text
    assert "Nothing was saved.</form>" in answer.text
    assert "<html>" not in answer.text
    assert answer.all("vary") == []


def test_data_that_does_not_hold_answers_422(app: App) -> None:
    answer = post_form(app, "/data/3", b"points=9")
    assert (answer.status, answer.text) == (422, "title: This field is required.\npoints: Enter 5 or less.")
    assert answer["content-type"] == "text/plain; charset=utf-8"
    assert get(app, "/search", query="points=x").status == 422
    assert post_form(app, "/data/x", b"points=9").status == 404, "the path comes first"


def test_the_application_answers_for_wrong_data(app: App) -> None:
    @app.error(FormBindingError)
    def again(request: Request, error: FormBindingError) -> ValidationError:
        assert error.errors is error.form.errors
        return ValidationError("tasks.html", "form", form=error.form)

    answer = post_form(app, "/data/3", b"title=&labels=1")
    assert answer.status == 422
    assert "<b>This field is required.</b>" in answer.text


def test_another_body_is_refused(app: App) -> None:
    json = ("content-type", "application/json")
    assert ask(app, "POST", "/data/3", headers=[json], body=b'{"title":"a"}').status == 415
    assert ask(app, "POST", "/data/3").text == "title: This field is required."


def test_files(tmp_path: Path) -> None:
    @dataclass
    class Upload:
        name: str
        cover: Annotated[UploadFile, Length(1, 5)]
        more: list[Annotated[UploadFile, Length(0, 5)]]
        extra: UploadFile | None = None

    app = make_app(tmp_path)

    assert dict(Form(Upload, {"name": "n"}).values) == {"name": "n", "cover": "", "more": (), "extra": ""}

    @app.route("/", methods=["POST"])
    async def handler(form: Form[Upload]) -> object:
        if not form.ok:
            assert form.values["cover"] == ""
            assert form.values["more"] == ()
            return dict(form.errors)
        data = form.data
        return [
            data.name,
            data.cover.name,
            (await data.cover.read()).decode(),
            [one.name for one in data.more],
            data.extra,
        ]

    def send(*parts: tuple[str, bytes]) -> Answer:
        body = b"".join(
            f"--B\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + data + b"\r\n" for head, data in parts
        )
        return ask(app, "POST", "/", headers=[MULTIPART], body=body + b"--B--\r\n")

    name, cover = ('name="name"', b"n"), ('name="cover"; filename="c.txt"', b"12345")
    more = [(f'name="more"; filename="{n}.txt"', b"1") for n in range(2)]
    assert send(name, cover, *more).text == '["n","c.txt","12345",["0.txt","1.txt"],null]'
    assert send(name, ('name="cover"; filename=""', b"")).text == '{"cover":["This field is required."]}'
    assert send(name, ('name="cover"', b"text")).text == '{"cover":["This field is required."]}'
    long = ('name="cover"; filename="c.txt"', b"123456"), ('name="more"; filename="m.txt"', b"123456")
    assert send(name, *long).text == '{"cover":["Use at most 5 bytes."],"more":["Use at most 5 bytes."]}'


def test_read_by_hand(tmp_path: Path) -> None:
    app = make_app(tmp_path, {"t.html": "{% block f %}{{ form.title }}|{{ errors.title }}|{{ extra }}{% end %}"})

    @app.route("/from", methods=["POST"])
    async def from_(request: Request) -> str:
        return (await form_from(request, TaskForm)).title

    @app.route("/of", methods=["POST"])
    async def of(request: Request) -> str:
        return (await form_of(request, TaskForm)).error("title")

    @app.route("/or", methods=["POST"])
    async def or_(request: Request) -> object:
        result = await form_or_errors(request, TaskForm, "t.html", "f", retarget="#x", extra="more")
        return result if isinstance(result, ValidationError) else result.title

    assert post_form(app, "/from", b"title=a").text == "a"
    assert post_form(app, "/from", b"title=").text == "title: This field is required."
    assert post_form(app, "/of", b"title=").text == "This field is required."
    assert post_form(app, "/or", b"title=a").text == "a"
    answer = post_form(app, "/or", b"title=" + b"x" * 21)
    assert (answer.status, answer["hx-retarget"]) == (422, "#x")
    assert answer.text == "x" * 21 + "|(&#39;Use at most 20 characters.&#39;,)|more"


def test_pages(tmp_path: Path) -> None:
    folder = tmp_path / "pages" / "tasks"
    folder.mkdir(parents=True)
    (folder.parent / "_layout.html").write_text("<html>{% block content %}{% end %}</html>")
    (folder / "page.html").write_text("{% block form %}{{ form.error('title') }}{{ who }}{% end %}")
    (folder / "_context.py").write_text("def context():\n    return {'who': 'me'}\n")
    (folder / "page.py").write_text(
        "from dataclasses import dataclass\nfrom chirp import ValidationError\nfrom chirp.forms import Form\n"
        "@dataclass\nclass Store:\n    things: dict[str, int]\n"
        "@dataclass\nclass TaskForm:\n    title: str\n"
        "def post(form: Form[TaskForm]):\n"
        "    if form.errors:\n"
        "        return ValidationError('tasks/page.html', 'form', full_page=True, form=form)\n"
        "    return form.data.title\n"
        "def put(task: TaskForm):\n    return task.title\n"
        "def delete(who: Store):\n    return str(who)\n"
    )
    app = make_app(tmp_path)
    app.mount_pages(folder.parent)
    assert post_form(app, "/tasks", b"title=a").text == "a"
    assert post_form(app, "/tasks", b"").text == "<html>This field is required.me</html>"
    assert post_form(app, "/tasks", b"", HTMX).text == "This field is required.me"
    form = ("content-type", "application/x-www-form-urlencoded")
    assert ask(app, "PUT", "/tasks", headers=[form], body=b"title=a").text == "a"
    assert ask(app, "PUT", "/tasks", headers=[form]).status == 422
    assert ask(app, "DELETE", "/tasks").text == "me", "what a context provides is no form"


# The dataclass and its own checks.


def test_validate_and_post_init() -> None:
    assert dict(read(TaskForm, "title=a&points=5").errors) == {"note": ("Say why it is so important.",)}
    assert read(TaskForm, "title=&points=5").error("note") == "", "validate is asked about whole data alone"

    @dataclass
    class Period:
        start: int
        end: int

        def __post_init__(self) -> None:
            if self.start < 0:
                raise ValueError("Nothing was before the beginning.")

        def validate(self) -> Any:
            if self.start > self.end:
                return "It ends before it starts."
            if self.start == 7:
                raise ValueError("Seven is special.")
            return {"end": ["One.", "Two."]} if self.end == 9 else {}

    assert dict(read(Period, "start=-1&end=2").errors) == {"": ("Nothing was before the beginning.",)}
    assert read(Period, "start=3&end=2").error() == "It ends before it starts."
    assert read(Period, "start=7&end=8").error() == "Seven is special."
    assert read(Period, "start=3&end=9").errors["end"] == ("One.", "Two.")
    form = read(Period, "start=1&end=2")
    assert form.ok
    assert (form.data.start, form.data.end) == (1, 2)


def test_validate_names_fields_of_the_form() -> None:
    @dataclass
    class Made:
        x: int

        def validate(self) -> Any:
            return {"y": "?"}

    with pytest.raises(ValueError, match="the form has no field `y`"):
        read(Made, "x=1")


def test_a_form_is_what_it_is() -> None:
    form = read(TaskForm, "title=a")
    attempts: list[Any] = [lambda: form.errors["nope"], lambda: form.values["nope"], lambda: form.error("nope")]
    for attempt in attempts:
        with pytest.raises(KeyError):
            attempt()
    with pytest.raises(ValueError, match="no field `nope`"):
        form.with_error("nope", "?")
    with pytest.raises(AttributeError):
        form.errors = {}  # type: ignore[assignment,misc]
    wrong = form.with_error("title", "One.").with_error("title", "Two.")
    assert (form.ok, wrong.ok, wrong.errors["title"]) == (True, False, ("One.", "Two."))
    assert "title" in wrong.errors
    assert "note" not in wrong.errors
    assert wrong.errors["note"] == ()
    assert (len(wrong.errors), list(wrong.errors), bool(form.errors)) == (1, ["title"], False)
    with pytest.raises(FormBindingError) as caught:
        _ = wrong.data
    assert caught.value.status == 422
    assert repr(wrong.errors) == "FormErrors({'title': ('One.', 'Two.')})"
    assert repr(form.values).startswith("<FormValues of title, points")
    assert len(form.values) == 7
    with pytest.raises(RuntimeError, match="was not submitted"):
        _ = Form(TaskForm).data
    assert not Form(TaskForm).ok


def test_values_to_show() -> None:
    task = TaskForm("a", 3, date(2026, 1, 2), Priority.HIGH, (1, 2), True)
    expected = {
        "title": "a", "points": "3", "due": "2026-01-02", "priority": "high", "labels": ("1", "2"), "done": "on",
        "note": "",
    }  # fmt: skip
    assert dict(Form(TaskForm, task).values) == expected
    assert dict(Form(TaskForm, {"title": "b", "labels": [3]}).values) | {"title": "b", "labels": ("3",)} == {
        "title": "b", "points": "1", "due": "", "priority": "low", "labels": ("3",), "done": "", "note": "",
    }  # fmt: skip
    assert Form(TaskForm, object()).values["title"] == ""
    assert form_values(task)["due"] == "2026-01-02"
    assert form_values({"a": None, "b": 1, "c": NAIVE}) == {
        "a": "", "b": "1", "c": "2026-02-28T10:30",
    }  # fmt: skip
    assert form_values({"c": NAIVE.replace(second=5), "d": time(3, 4)}) == {
        "c": "2026-02-28T10:30:05", "d": "03:04:00",
    }  # fmt: skip
    typed = read(TaskForm, "title=+a+&done=perhaps&points=x").values
    assert (typed["title"], typed["done"], typed["points"]) == (" a ", "on", "x")


class Base:
    """Nothing of it is a field."""


@pytest.mark.parametrize(
    ("annotation", "said"),
    [
        (dict[str, int], "dict"),
        (Base, "Base"),
        (TaskForm, "TaskForm"),
        (int | str, "int | str"),
        (list[list[int]], "list"),
        (tuple[int, str], "tuple"),
        (bytes, "bytes"),
        (Iterator[int], "Iterator"),
    ],
)
def test_what_no_form_can_fill_is_said_at_freeze(tmp_path: Path, annotation: Any, said: str) -> None:
    made: Any = dataclass(type("Made", (), {"__annotations__": {"x": annotation}}))
    app = make_app(tmp_path)

    def handler(form: Any) -> str:
        return ""

    handler.__annotations__ = {"form": made}
    app.route("/", methods=["POST"])(handler)
    with pytest.raises(ConfigurationError, match=r"Made\.x: .*cannot be read from a form") as caught:
        app.freeze()
    assert said in str(caught.value)


def test_other_mistakes_are_said_at_freeze() -> None:
    @dataclass
    class Waits:
        x: int

        async def validate(self) -> None: ...

    with pytest.raises(ConfigurationError, match="is called without waiting"):
        Form(Waits)
    with pytest.raises(ConfigurationError, match="is not a dataclass"):
        Form(int)

    @dataclass
    class Unknown:
        x: "Nowhere"  # type: ignore[name-defined]  # noqa: F821, UP037

    with pytest.raises(ConfigurationError, match=r"Unknown names a type that does not exist: .*Nowhere"):
        Form(Unknown)
    with pytest.raises(ValueError, match="from 3 to 2"):
        Length(3, 2)
    with pytest.raises(TypeError, match="int has no length"):
        one(Annotated[int, Length(1)], "x=1")


def test_a_form_of_nothing(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.route("/", methods=["POST"])
    def handler(form: Any) -> None: ...

    handler.__annotations__["form"] = Form
    with pytest.raises(
        ConfigurationError, match=r"`form: Form` does not say of which dataclass, as in `Form\[TaskForm\]`"
    ):
        app.freeze()


def test_a_page_that_takes_what_no_form_can_fill(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "page.py").write_text(
        "from dataclasses import dataclass\n@dataclass\nclass Store:\n    things: dict[str, int]\n"
        "def post(store: Store):\n    return 'x'\n"
    )
    app = make_app(tmp_path)
    app.mount_pages(folder)
    with pytest.raises(ConfigurationError, match=r"Store\.things: .* cannot be read from a form"):
        app.freeze()


@pytest.mark.parametrize("written", ["Nowhere", "Form[Nowhere]"])
def test_a_form_that_is_not_known_where_it_is_written(tmp_path: Path, written: str) -> None:
    app = make_app(tmp_path)

    @app.route("/", methods=["POST"])
    def handler(form: Any) -> None: ...

    handler.__annotations__["form"] = written
    with pytest.raises(ConfigurationError, match="is not defined where it is written"):
        app.freeze()


def test_another_multipart_body_is_no_form(app: App) -> None:
    @app.route("/plain", methods=["POST"])
    def plain() -> str:
        return "not read"

    mixed = ("content-type", "multipart/mixed; boundary=B")
    assert ask(app, "POST", "/plain", headers=[mixed], body=b"x").text == "not read"
    assert ask(app, "POST", "/data/3", headers=[mixed], body=b"x").status == 415


def test_a_whole_page_has_no_fragments_beside_it(app: App) -> None:
    @app.route("/oob", methods=["POST"])
    def oob(form: Form[TaskForm]) -> OOB:
        shown = ValidationError("tasks.html", "form", full_page=True, form=form, tasks="all")
        return OOB(shown, Fragment("tasks.html", "form", form=form))

    assert post_form(app, "/oob", BAD, HTMX).text.count("<form") == 2
    assert post_form(app, "/oob", BAD, HTMX, ("hx-boosted", "true")).text.count("<form") == 1
    assert post_form(app, "/oob", BAD).text.count("<form") == 1


def test_fields_that_are_not_of_the_form() -> None:
    @dataclass(kw_only=True)
    class Made:
        kind: ClassVar[str] = "k"
        x: int
        twice: int = field(init=False)

        def __post_init__(self) -> None:
            self.twice = 2 * self.x

    form = read(Made, "x=2&kind=other&twice=9&unknown=1")
    assert (form.data.twice, list(form.values)) == (4, ["x"])


def test_a_dataclass_with_a_default_is_the_handlers_own(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    own = TaskForm("own")

    @app.route("/", methods=["POST"])
    def handler(task: TaskForm = own) -> str:
        return task.title

    assert post_form(app, "/", b"title=sent").text == "own"
