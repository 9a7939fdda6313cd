"""The handlers of a folder of pages: shared context, then the function, then its value with that context below it.

Everything that does not need the request is decided when the application freezes.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from chirp.errors import BadRequest, ConfigurationError, MissingKey
from chirp.http.forms import MULTIPART, URLENCODED
from chirp.http.request import Request
from chirp.http.response import Response
from chirp.middleware.protocol import Next
from chirp.pages.types import LayoutChain, PageFolder, PageHandler, Provider, RouteMeta
from chirp.routing.route import Route
from chirp.server.binding import (
    Call,
    Convert,
    conversion,
    converted,
    form_reader,
    is_async,
    signature_of,
    wants_request,
)
from chirp.server.negotiation import negotiate
from chirp.server.threads import Pace, Workers
from chirp.templating.integration import Engine
from chirp.templating.returns import (
    OOB,
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
    ValidationError,
)
from chirp_check.grammar.pages import ACTION_FIELD

_EMPTY = inspect.Parameter.empty

type Context = dict[str, object]


class _State:
    """One request on its way through the steps of a page."""

    __slots__ = ("context", "request", "value")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.context: Context = {"current_path": request.path}
        self.value: object = None


type Bound = Callable[[_State], Any]
type Keep = Callable[[_State, Any], None]


@dataclass(frozen=True, slots=True)
class _Step:
    """A function with its arguments bound, and what becomes of its result."""

    call: Bound
    keep: Keep
    waits: bool

    def run(self, state: _State) -> None:
        value = self.call(state)
        if inspect.iscoroutine(value):
            value.close()
            raise TypeError("a plain function of a page returned a coroutine; define it with `async def`")
        self.keep(state, value)


def page_endpoint(route: Route, page: PageHandler, engine: Engine, workers: Workers) -> Next:
    """What answers a request for one handler of a page; ConfigurationError for what cannot work."""
    for layout in page.folder.layout_chain.layouts:
        engine.check_layout(layout.template_name)
    compiler = _Compiler(route, page.folder, engine, workers)
    own = None if page.function is None else compiler.endpoint(page.function, takes_form=False)
    if not page.folder.actions:
        assert own is not None, "a page answers by itself or by actions"
        return own
    return _dispatch(
        own, {name: compiler.endpoint(function, takes_form=True) for name, function in page.folder.actions}
    )


def _dispatch(own: Next | None, actions: Mapping[str, Next]) -> Next:
    """The action that the form names; without a name the page's own `post`."""

    async def endpoint(request: Request) -> Response:
        is_form = (request.content_type or URLENCODED).partition(";")[0].strip().lower() in {URLENCODED, MULTIPART}
        name = (await request.form()).get(ACTION_FIELD) if is_form or own is None else None
        if name is None and own is not None:
            return await own(request)
        if name is None:
            raise MissingKey(ACTION_FIELD)
        answer = actions.get(name)
        if answer is None:
            raise BadRequest(f"there is no such {ACTION_FIELD}")
        return await answer(request)

    return endpoint


class _Compiler:
    """Makes endpoints for the functions of one route: what they share is their path and their folder."""

    def __init__(self, route: Route, folder: PageFolder, engine: Engine, workers: Workers) -> None:
        self._path = route.path
        self._params: Mapping[str, str] = route.pattern.params
        self._origin = route.origin
        self._folder = folder
        self._engine = engine
        self._workers = workers

    def endpoint(self, function: Provider, *, takes_form: bool) -> Next:
        steps = [
            _Step(
                self._bind(one.function, one.origin, first=not index), _keep_context(one.origin), is_async(one.function)
            )
            for index, one in enumerate(self._folder.context_providers)
        ]
        steps += self._meta_steps()
        has_context = bool(self._folder.context_providers)
        call = self._bind(function, self._origin, first=not has_context and not takes_form, takes_form=takes_form)
        return self._sequence([*steps, _Step(call, _keep_value, is_async(function))])

    def _meta_steps(self) -> list[_Step]:
        meta, origin = self._folder.meta, self._folder.meta_origin
        if meta is None:
            return []
        keep = _keep_meta(origin)
        if isinstance(meta, RouteMeta):
            return [_Step(lambda _: meta, keep, waits=False)]
        first = not self._folder.context_providers
        return [_Step(self._bind(meta, origin, first=first), keep, is_async(meta))]

    def _bind(self, function: Provider, origin: str, *, first: bool, takes_form: bool = False) -> Bound:
        """The function with arguments from the path, the request, what is provided, and the form.

        `first` says that nothing is provided: an argument that the path does not have is then missing for sure.
        """
        arguments: list[Callable[[_State, dict[str, object]], None]] = []
        for parameter in signature_of(function).parameters.values():
            if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
                continue
            if parameter.kind is parameter.POSITIONAL_ONLY:
                raise ConfigurationError(f"{origin} takes `{parameter.name}` by position only")
            if parameter.name in self._params:
                convert = conversion(origin, parameter, self._params[parameter.name])
                arguments.append(_from_path(parameter.name, convert))
            elif wants_request(parameter):
                arguments.append(_from_request(parameter.name))
            elif (read := _form_reader(parameter, surely=first)) is not None:
                arguments.append(_from_form(parameter.name, read))
            elif first and parameter.default is _EMPTY and parameter.name != "current_path":
                raise ConfigurationError(
                    f"{origin} takes `{parameter.name}`, which is neither `request` nor a parameter of {self._path}, "
                    "and no `_context.py` provides it"
                )
            else:
                arguments.append(_from_context(parameter, origin, takes_form=takes_form))

        def call(state: _State) -> Any:
            given: dict[str, object] = {}
            for fill in arguments:
                fill(state, given)
            return function(**given)

        return call if arguments else lambda _: function()

    def _sequence(self, steps: list[_Step]) -> Next:
        """The steps in order: those of plain functions in worker threads, rendering where the last one ran."""
        workers, finish = self._workers, self._finish
        groups = [(waits, _runner(members), Pace()) for waits, members in groupby(steps, lambda step: step.waits)]
        *before, (last_waits, last, last_pace) = groups

        def finish_in_thread(state: _State) -> Response:
            last(state)
            return finish(state)

        async def endpoint(request: Request) -> Response:
            state = _State(request)
            for waits, members, pace in before:
                await (members(state) if waits else workers.hand_off(members, state, pace))
            if last_waits:
                await last(state)
                return finish(state)
            return await workers.hand_off(finish_in_thread, state, last_pace)

        return endpoint

    def _finish(self, state: _State) -> Response:
        return negotiate(_within(state.value, state.context, self._folder), state.request, self._engine)


def _runner(steps: Iterable[_Step]) -> Callable[[_State], Any]:
    """One function for several steps: a coroutine function when they are, a plain one when they are not."""
    taken = tuple(steps)

    def run(state: _State) -> None:
        for step in taken:
            step.run(state)

    async def wait(state: _State) -> None:
        for step in taken:
            step.keep(state, await step.call(state))

    return wait if taken[0].waits else run


def _keep_context(origin: str) -> Keep:
    def keep(state: _State, value: Any) -> None:
        if not isinstance(value, Mapping):
            raise TypeError(f"{origin}: `context` returned {type(value).__name__}; return a dict")
        state.context.update(value)  # pyright: ignore[reportUnknownArgumentType]

    return keep


def _keep_meta(origin: str) -> Keep:
    def keep(state: _State, value: Any) -> None:
        state.context.update(RouteMeta.of(value, origin).context(state.request.path))

    return keep


def _keep_value(state: _State, value: Any) -> None:
    state.value = value


def _from_path(name: str, convert: Convert | None) -> Callable[[_State, dict[str, object]], None]:
    def fill(state: _State, given: dict[str, object]) -> None:
        value = state.request.params[name]
        given[name] = value if convert is None else converted(convert, value)

    return fill


def _from_request(name: str) -> Callable[[_State, dict[str, object]], None]:
    def fill(state: _State, given: dict[str, object]) -> None:
        given[name] = state.request

    return fill


def _form_reader(parameter: inspect.Parameter, *, surely: bool) -> Call | None:
    """What reads a form parameter; a dataclass that no form can fill may still come from a `_context.py`."""
    try:
        return form_reader(parameter)
    except ConfigurationError:
        if surely:
            raise
        return None


def _from_form(name: str, read: Call) -> Callable[[_State, dict[str, object]], None]:
    """What a `_context.py` provides under the name; else the submitted form."""

    def fill(state: _State, given: dict[str, object]) -> None:
        given[name] = state.context[name] if name in state.context else read(state.request)

    return fill


def _from_context(
    parameter: inspect.Parameter, origin: str, *, takes_form: bool
) -> Callable[[_State, dict[str, object]], None]:
    """What a `_context.py` provides under the name; else, where it is annotated `str`, the field of the form.

    Without that annotation a form could put text where the code expects an object of its own.
    """
    name, default = parameter.name, parameter.default
    is_field = takes_form and parameter.annotation in {str, "str"}

    def fill(state: _State, given: dict[str, object]) -> None:
        if name in state.context:
            given[name] = state.context[name]
        elif is_field and name in (form := state.request.form):
            given[name] = form[name]
        elif default is not _EMPTY:
            return
        elif is_field:
            raise MissingKey(name)
        else:
            raise TypeError(f"{origin} takes `{name}`, which no `_context.py` of the page provides")

    return fill


def _within(value: object, context: Context, folder: PageFolder) -> object:
    """The value with the context of its page below its own; all but a Template inside the layouts of its folder."""
    match value:
        case Page(template_name=name, block_name=block):
            return LayoutPage(
                name,
                block,
                page_block_name=value.page_block_name,
                layout_chain=folder.layout_chain,
                context_providers=folder.context_providers,
                context={**context, **value.context},
            )
        case LayoutPage(template_name=name, block_name=block):
            return LayoutPage(
                name,
                block,
                page_block_name=value.page_block_name,
                layout_chain=value.layout_chain or folder.layout_chain,
                context_providers=value.context_providers or folder.context_providers,
                context={**context, **value.context},
            )
        case PageComposition():
            return PageComposition(
                value.template,
                value.fragment_block,
                value.page_block,
                {**context, **value.context},
                tuple(_fragment(region, context) for region in value.regions),
                value.layout_chain or folder.layout_chain,
                value.context_providers or folder.context_providers,
            )
        case tuple() if value:
            return (_within(value[0], context, folder), *value[1:])  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        case ValidationError(template_name=name, block_name=block):
            return ValidationError(
                name,
                block,
                retarget=value.retarget,
                status=value.status,
                full_page=value.full_page,
                layout_chain=value.layout_chain or folder.layout_chain,
                context={**context, **value.context},
            )
        case OOB():
            return OOB(_within(value.main, context, folder), *(_fragment(one, context) for one in value.fragments))
        case Stream() | TemplateStream() | Suspense():
            return _sent_within(value, context, value.layout_chain or folder.layout_chain)
        case _:
            return _with_context(value, context)


def _sent_within(
    value: Stream | TemplateStream | Suspense, context: Context, chain: LayoutChain
) -> Stream | TemplateStream | Suspense:
    merged = {**context, **value.context}
    match value:
        case Suspense():
            return Suspense(
                value.template_name, shell=value.shell, blocks=value.blocks, layout_chain=chain, context=merged
            )
        case Stream():
            return Stream(value.template_name, layout_chain=chain, **merged)
        case TemplateStream():
            return TemplateStream(value.template_name, layout_chain=chain, **merged)


def _with_context(value: object, context: Context) -> object:
    match value:
        case Template():
            return Template(value.name, **{**context, **value.context})
        case InlineTemplate():
            return InlineTemplate(value.source, **{**context, **value.context})
        case Fragment():
            return _fragment(value, context)
        case FormAction():
            fragments = tuple(_fragment(one, context) for one in value.fragments)
            return FormAction(value.redirect, fragments=fragments, status=value.status, trigger=value.trigger)
        case _:
            return value


def _fragment(fragment: Fragment, context: Context) -> Fragment:
    if not isinstance(fragment, Fragment):  # pyright: ignore[reportUnnecessaryIsInstance]
        return fragment  # what is out of place is refused where it is rendered
    merged = {**context, **fragment.context}
    return Fragment(
        fragment.template_name, fragment.block_name, target=fragment.target, swap=fragment.swap, context=merged
    )
