"""The names that applications import, where later versions of the framework have them."""

from copy import copy
from pathlib import Path
from typing import Any

import pytest

import chirp
from chirp import (
    OOB,
    Action,
    FileResponse,
    FormAction,
    Fragment,
    InlineTemplate,
    JSONResponse,
    LayoutPage,
    MutationResult,
    Page,
    PageComposition,
    Redirect,
    Stream,
    Suspense,
    Template,
    TemplateStream,
    ValidationError,
    hx_redirect,
)
from chirp.context import request_var
from chirp.middleware import AllowedHosts, CORSConfig, CORSMiddleware, StaticFiles, secure_stack
from chirp.middleware.sessions import SessionConfig, SessionMiddleware, get_session
from tests.runtime.driver import get, make_app


def test_other_names_mean_the_same(tmp_path: Path) -> None:
    assert MutationResult is FormAction
    assert (Fragment("a.html", "b", target="t", swap="outerHTML").target, Page("a.html", "b").block_name) == ("t", "b")
    known: list[Any] = [FileResponse, hx_redirect, TemplateStream, Stream, AllowedHosts, secure_stack, CORSConfig]
    known += [CORSMiddleware, StaticFiles, SessionConfig, SessionMiddleware, get_session, request_var.get]
    assert all(callable(value) for value in known)
    app = make_app(tmp_path, {"t.html": "{{ n }}"})
    app.route("/inline")(lambda: InlineTemplate("{{ n }}!", n="<1>"))
    app.route("/json")(lambda: JSONResponse({"a": 1}, 201))
    assert get(app, "/inline").text == "&lt;1&gt;!"
    assert (get(app, "/json").status, get(app, "/json").text) == (201, '{"a":1}')


@pytest.mark.parametrize(
    ("make", "missing"),
    [
        (lambda: Fragment("components/item.html", item=1), "block_name"),  # type: ignore[call-arg]
        (lambda: Page("page.html", item=1), "block_name"),  # type: ignore[call-arg]
        (lambda: Template(item=1), "name"),  # type: ignore[call-arg]
        (lambda: FormAction(), "redirect"),  # type: ignore[call-arg]
    ],
)
def test_a_missing_argument_is_named(make: Any, missing: str) -> None:
    with pytest.raises(TypeError, match=f"missing 1 required positional argument: '{missing}'"):
        make()


@pytest.mark.parametrize(
    "value",
    [
        Template("t.html", items=[]),
        Fragment("t.html", "b", items=[]),
        Page("t.html", "b", items=[]),
        LayoutPage("t.html", "b", items=[]),
        PageComposition("t.html", context={"items": []}),
        ValidationError("t.html", "b", errors={}),
        OOB({"a": 1}, Fragment("t.html", "b", items=[])),
        Action(trigger={"saved": {}}),
        FormAction("/", trigger={"saved": {}}),
        Stream("t.html", items=[]),
        Suspense("t.html", blocks={"b": 1}, items=[]),
        InlineTemplate("{{ items }}", items=[]),
        Redirect("/"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_return_value_can_be_compared_and_kept_in_a_set(value: object) -> None:
    again = copy(value)
    assert again == value
    assert len({value, again}) == 1


def test_everything_that_is_exported_can_be_imported() -> None:
    for name in chirp.__all__:
        assert getattr(chirp, name) is not None
    assert len(set(chirp.__all__)) == len(chirp.__all__)
