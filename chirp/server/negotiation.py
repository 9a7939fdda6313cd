"""The return type is the response contract: one `case` per type, and nothing is guessed.

A new return type is its dataclass, a case here, and its rule in the checker.
"""

from collections.abc import Iterable, Mapping
from typing import cast

from chirp.htmx.errors import keep_page
from chirp.http.files import FileResponse, respond_with_file
from chirp.http.request import Request
from chirp.http.response import Redirect, Response, check_location, check_status
from chirp.realtime.events import EventStream
from chirp.server.events import respond_events
from chirp.server.fragments import render_fragment, render_fragments
from chirp.server.jsonify import to_ascii_json, to_json
from chirp.server.refusals import CannotConvert
from chirp.server.streams import respond_stream, respond_template_stream
from chirp.server.suspense import respond_suspense
from chirp.templating.integration import Engine
from chirp.templating.render_plan import Composed, get_render_plan, plan_page
from chirp.templating.returns import (
    OOB,
    Action,
    FormAction,
    Fragment,
    InlineTemplate,
    LayoutPage,
    Page,
    PageComposition,
    Stream,
    Suspense,
    Template,
    TemplateStream,
    Trigger,
    ValidationError,
)

JSON = "application/json; charset=utf-8"
BINARY = "application/octet-stream"


def text_of(value: object, engine: Engine) -> str | None:
    """The text of a value that is answered as HTML with status 200, whatever is asked; None for any other."""
    if type(value) is str:
        return value
    if type(value) is Template:
        return engine.template(value.name).render(value.context)
    if type(value) is Fragment:
        return engine.template(value.template_name).render_block(value.block_name, value.context)
    return None


def negotiate(value: object, request: Request, engine: Engine) -> Response:
    """The response to `request` that a handler's value stands for; TypeError when it stands for none."""
    # What most handlers return goes first: a match asks one class after the other.
    if (text := text_of(value, engine)) is not None:
        return Response(text)
    if type(value) is dict or type(value) is list:
        return Response(to_json(cast("object", value)), 200, JSON)
    match value:
        case FileResponse():
            return respond_with_file(value, request)
        case Response():
            return value
        case Redirect():
            return Response("", value.status, headers=(("Location", value.location), *value.headers))
        case Template():
            return Response(engine.render(value.name, value.context))
        case Fragment():
            return Response(engine.render_block(value.template_name, value.block_name, value.context))
        case Page() | LayoutPage() | PageComposition():
            return _page(value, request, engine)
        case Action():
            return _action(value)
        case ValidationError():
            return _validation_error(value, request, engine)
        case OOB():
            return _oob(value, request, engine)
        case FormAction():
            return _form_action(value, request, engine)
        case EventStream():
            return respond_events(value, request, engine, lambda part: negotiate(part, request, engine).text)
        case Stream():
            return respond_stream(value, request, engine)
        case TemplateStream():
            return respond_template_stream(value, request, engine)
        case Suspense():
            return respond_suspense(value, request, engine)
        case InlineTemplate():
            return Response(engine.render_source(value.source, value.context))
        case str():
            return Response(str(value))
        case bytes():
            return Response(value, 200, BINARY)
        case dict() | list():
            return Response(to_json(cast("object", value)), 200, JSON)
        case tuple():
            return _tuple(cast("tuple[object, ...]", value), request, engine)
        case _:
            raise CannotConvert(value)


def _page(page: Composed, request: Request, engine: Engine) -> Response:
    plan = plan_page(page, request)
    request.set_plan(plan)
    if plan.block is None:
        html = engine.render(plan.template, page.context)
    else:
        html = engine.render_block(plan.template, plan.block, page.context)
    for layout in reversed(plan.layouts):
        html = engine.wrap(layout, html, page.context)
    if isinstance(page, PageComposition) and plan.intent != "full_page":
        html += _fragments(page.regions, request, engine)
    return Response(html, headers=(("Vary", ", ".join(plan.vary)),))


def _action(action: Action) -> Response:
    headers = list(_trigger(action.trigger))
    if action.refresh:
        headers.append(("HX-Refresh", "true"))
    return Response("", action.status, headers=tuple(headers))


def _trigger(trigger: Trigger | None) -> Iterable[tuple[str, str]]:
    if trigger:
        yield "HX-Trigger", trigger if isinstance(trigger, str) else to_ascii_json(dict(trigger))


def _validation_error(error: ValidationError, request: Request, engine: Engine) -> Response:
    if error.full_page:
        page = LayoutPage(error.template_name, error.block_name, layout_chain=error.layout_chain, context=error.context)
        response = _page(page, request, engine).with_status(error.status)
        plan = get_render_plan(request)
        into_block = plan is not None and plan.intent == "local_fragment"
    else:
        html = engine.render_block(error.template_name, error.block_name, error.context)
        response, into_block = Response(html, error.status), True
    if error.retarget is None or not into_block:
        return response
    return response.with_header("HX-Retarget", error.retarget)


def _oob(oob: OOB, request: Request, engine: Engine) -> Response:
    response = negotiate(oob.main, request, engine)
    plan = get_render_plan(request)
    is_page = isinstance(oob.main, Page | LayoutPage | PageComposition | ValidationError)
    full_page = is_page and plan is not None and plan.intent == "full_page"
    if request.is_htmx and not request.is_history_restore and not full_page:
        html = response.text + _fragments(oob.fragments, request, engine)
        if response.status == 204:
            # htmx ignores the body of a 204: send it with 200, and keep the requesting element as it is.
            response = response.with_status(200).with_header("HX-Reswap", "none")
        response = Response(html, response.status, response.content_type, response.headers, response.cookies)
    return response.with_vary("HX-Request", "HX-History-Restore-Request")


def _fragments(fragments: Iterable[Fragment], request: Request, engine: Engine) -> str:
    return render_fragments(fragments, engine, htmx4=request.is_htmx4)


def _form_action(action: FormAction, request: Request, engine: Engine) -> Response:
    vary = ("Vary", "HX-Request, HX-Boosted")
    if not request.is_htmx or request.is_boosted:
        # A boosted form is a navigation: its fragments would replace the whole page, so it is led to the next one.
        location = Redirect(action.redirect, action.status).location
        return Response("", action.status, headers=(("Location", location), vary))
    trigger = tuple(_trigger(action.trigger))
    if not action.fragments:
        return Response("", headers=(("HX-Redirect", check_location(action.redirect)), *trigger, vary))
    first, *others = action.fragments
    html = render_fragment(first, engine)
    return Response(html + _fragments(others, request, engine), headers=(*trigger, vary))


def _tuple(value: tuple[object, ...], request: Request, engine: Engine) -> Response:
    inner, status, headers = value if len(value) == 3 else (*value, None) if len(value) == 2 else (None, None, None)
    if type(status) is not int or not (headers is None or isinstance(headers, dict)):
        raise TypeError("A tuple is (value, status) or (value, status, headers) with an int and a dict.")
    check_status(status)
    if isinstance(inner, FileResponse):
        # Before it is answered: only a file with status 200 has parts, and versions that the client knows.
        response = negotiate(inner.with_status(status), request, engine)
    else:
        response = negotiate(inner, request, engine).with_status(status)
    if headers:
        response = response.with_headers(cast("Mapping[str, str]", headers))
    return keep_page(response, request, whole=isinstance(inner, Template)) if status >= 400 else response
