"""The names that every template of an application can read: Kida's, the framework's, and those the application adds."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.handlers import Define
from chirp_check.facts.walk import every_statement
from chirp_check.model.applications import AppKey, application
from chirp_check.model.domain import Callable, ClassValue, Dict, External, Instance, Record, Value
from chirp_check.model.entities import Text, Unknown
from chirp_check.model.inputs import module_facts
from chirp_check.model.memory import Queries, gate
from chirp_check.model.program import class_names, log
from chirp_check.source import Span

KIDA = frozenset(
    {
        "_", "_n", "abs", "bool", "consume", "dict", "enumerate", "filter", "float", "int", "len", "list", "map",
        "max", "min", "range", "reversed", "set", "sorted", "str", "sum", "tuple", "zip",
    }
)  # fmt: skip
# What this runtime, the released framework of the same import name, their middleware and components may add.
FRAMEWORK = frozenset(
    {
        "get_request", "htmx", "request", "url_for", "hx_boosted", "hx_request", "hx_target", "hx_trigger",
        "csrf_field", "csrf_meta", "csrf_token", "csp_nonce", "current_user", "session", "get_flashed_messages",
        "fragment_url",
        "swap_attrs", "t", "alpine_json_config", "island_attrs", "optimistic_attrs", "primitive_attrs",
        "shell_actions", "tab_is_active", "route_link_attrs", "signal", "signal_connect", "webmcp_form_attrs",
        "webmcp_control_attrs", "docs_nav", "docs_nav_items", "build_hx_attrs", "bem", "validate_variant",
        "icon", "check_required_id", "chirpui_asset_path",
    }
)  # fmt: skip


class Names(msgspec.Struct, frozen=True, gc=False):
    """Names that templates can read; `complete` when there are no others."""

    known: frozenset[str]
    complete: bool


@gate
def global_names(model: Queries, app: AppKey) -> Names:
    """The names that every template of an application can read."""
    live = model.settings.live
    if live is not None:
        return Names(KIDA | live.globals, complete=True)
    span = application(model, app).span
    if span is None:
        return Names(KIDA | FRAMEWORK, complete=False)
    found = set(KIDA | FRAMEWORK)
    complete = all(owner != span for owner, _ in log(model).escapes)
    for name in _added(model, span):
        complete = complete and name is not None
        found.update(() if name is None else (name,))
    return Names(frozenset(found), complete)


def _added(model: Queries, span: Span) -> Iterator[str | None]:
    """The names that the application constructed at `span` adds; None for one, or more, that nobody sees."""
    for record in log(model).of_kind("App", "App.template_global", "App.add_middleware"):
        if record.kind == "App":
            yield from _configured(record) if record.span == span else ()
        elif record.args[0].span != span:
            continue
        elif record.kind == "App.template_global":
            yield _global(model, record)
        else:
            yield from _of_middleware(model, record.argument(1, "middleware"))


def _global(model: Queries, record: Record) -> str | None:
    """The name of a global that a function becomes: the one given, or the function's own."""
    name = record.argument(1, "name")
    if isinstance(name, Text):
        return name.value
    return _decorated(model, record.span) if name is None and not record.open else None


def _decorated(model: Queries, span: Span) -> str | None:
    """The function that a decorator stands on."""
    facts = module_facts(model, span.path)
    for statement in every_statement(facts.body) if facts is not None else ():
        if isinstance(statement, Define):
            decorators = statement.function.decorators
            if any((one.start, one.end) == (span.start, span.end) for one in decorators):
                return statement.function.name
    return None


def _configured(record: Record) -> Iterator[str | None]:
    """The names in the configuration of an application; an environment of its own may hold any."""
    config = record.argument(0, "config")
    records = (record, config) if isinstance(config, Record) else (record,)
    if record.open or not isinstance(config, Record | None):
        yield None
    for one in records:
        for name, value in one.kwargs:
            if name == "static_context" and isinstance(value, Dict) and not value.open:
                yield from (key for key, _ in value.entries)
            elif name in ("kida_env", "static_context", "plugins", "extensions"):
                yield None


def _of_middleware(model: Queries, middleware: Value | None) -> Iterator[str | None]:
    """The names that a middleware brings: an attribute `template_globals` of it or of its class."""
    match middleware:
        case Callable() | Record():
            return
        case External(name) if name.startswith("chirp."):
            return
        case Unknown(reason) if reason.startswith("what `chirp."):
            return
        case Instance(of=definition):
            own = middleware.get("template_globals")
            yield from _keys(own) if own is not None else _of_middleware(model, definition)
        case ClassValue(names=names):
            members = names if names is not None else class_names(model, middleware.module, middleware.qualname)
            brought = members.get("template_globals")
            yield from _keys(brought) if brought is not None else ()
            if not all(isinstance(base, ClassValue) or _is_plain(base) for base in middleware.bases):
                yield None
            for base in middleware.bases:
                yield from _of_middleware(model, base) if isinstance(base, ClassValue) else ()
        case _:
            yield None


def _is_plain(base: Value) -> bool:
    return isinstance(base, External) and base.name.startswith(("chirp.", "builtins.", "typing.", "abc."))


def _keys(value: Value) -> Iterator[str | None]:
    if isinstance(value, Dict):
        yield from (key for key, _ in value.entries)
    if not isinstance(value, Dict) or value.open:
        yield None
