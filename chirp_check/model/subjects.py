"""The subjects that rules judge, file by file: what one file says, resolved as far as rules need it.

A producer belongs to one kind of subject; adding one is a function and its place in `PRODUCERS`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from chirp_check.model import markup_uses, python_uses
from chirp_check.model.applications import AppKey, application, application_keys
from chirp_check.model.entities import BlockUse, SyntaxProblem, TemplateUse, Unknown, UrlUse
from chirp_check.model.inputs import module_facts, python_files, template_facts
from chirp_check.model.memory import Queries, query
from chirp_check.model.program import read_modules, records
from chirp_check.model.returns import argument_faults
from chirp_check.model.templates import cycles, owners, paths, template_files
from chirp_check.source import Span

_SITED = (TemplateUse, BlockUse, UrlUse)
_KINDS = {TemplateUse: "template", BlockUse: "block", UrlUse: "url"}


def _python_uses(model: Queries, path: str) -> Iterator[object]:
    """What the return types that a Python file constructs refer to."""
    for app in owners(model, path):
        found = dict.fromkeys(use for record in records(model, path) for use in python_uses.uses(model, app, record))
        yield from _settled(found)


def _settled(found: Iterable[object]) -> Iterator[object]:
    """The uses; an argument of a site that is Unknown on its own but known from some call is not unknown."""
    sites = {(_KINDS[type(use)], use.site.span) for use in found if isinstance(use, _SITED) and use.site is not None}
    for use in found:
        if not (isinstance(use, Unknown) and (use.kind, use.span) in sites):
            yield use


def _markup_uses(model: Queries, path: str) -> Iterator[object]:
    """What a template refers to."""
    facts = template_facts(model, path) if _apps_of_template(model, path) else None
    return iter(()) if facts is None else markup_uses.uses(facts)


def _apps_of_template(model: Queries, path: str) -> tuple[AppKey, ...]:
    return tuple(app for app in application_keys(model) if path in paths(model, app))


def _cycles(model: Queries, path: str) -> Iterator[object]:
    for app in _apps_of_template(model, path):
        yield from (one for one in cycles(model, app) if one.path == path)


def _application(model: Queries, path: str) -> Iterator[object]:
    """What applications say at a place in a file: routes, annotations of handlers, gaps in what is known."""
    for app in application_keys(model):
        known = application(model, app)
        yield from (one for one in known.unknowns if one.span.path == path)
        yield from (one for one in known.routes if one.span.path == path)
        routed = zip((route.handler for route in known.routes), known.handlers, strict=True)
        for reference, handler in (*routed, *known.error_handlers):
            if reference is not None and handler is not None and reference.span.path == path:
                use = python_uses.annotation(handler, reference)
                yield from () if use is None else (use,)


def _syntax(model: Queries, path: str) -> Iterator[object]:
    if path.endswith(".py"):
        module = module_facts(model, path)
        for fault in module.faults if module is not None else ():
            yield SyntaxProblem("python", fault.message, Span(path, fault.start, fault.end))
        return
    template = template_facts(model, path) if _apps_of_template(model, path) else None
    for one in template.faults if template is not None else ():
        yield SyntaxProblem("kida", one.message, Span(path, one.start, one.end), one.help)


type Producer = Callable[[Queries, str], Iterator[object]]
PRODUCERS: tuple[Producer, ...] = (_python_uses, _markup_uses, _cycles, _application, _syntax, argument_faults)


@query
def subjects_of(model: Queries, path: str) -> Mapping[type, tuple[object, ...]]:
    """Everything that rules judge in one file, by its kind, each once."""
    found: dict[type, dict[object, None]] = {}
    for producer in PRODUCERS:
        for one in producer(model, path):
            found.setdefault(type(one), {})[one] = None
    return {kind: tuple(ones) for kind, ones in found.items()}


@query
def checked_files(model: Queries) -> tuple[str, ...]:
    """The files that can have subjects: Python to check and what it imports, and templates; sorted."""
    return tuple(sorted({*python_files(model), *read_modules(model), *template_files(model)}))
