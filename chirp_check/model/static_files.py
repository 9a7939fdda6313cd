"""The files that templates ask for below the URL of a static folder, by themselves or through a function of theirs.

Only a folder whose files are there is judged, and nothing that `.gitignore` says is made by something else.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote

import msgspec

from chirp_check.facts.handlers import Assign, Function, Return
from chirp_check.facts.templates import ComponentCall, TemplateFacts
from chirp_check.facts.values import Add, AnyTerm, Arg, Attr, Call, Const, Join, Name
from chirp_check.facts.walk import every_part, every_statement
from chirp_check.model.applications import AppKey, application
from chirp_check.model.domain import Path, Record, Scalar, Value
from chirp_check.model.entities import Text
from chirp_check.model.inputs import files, module_functions, template_facts, text
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.middleware import DEFAULT_STATIC_URL
from chirp_check.model.mounts import near
from chirp_check.model.program import log, name_of
from chirp_check.model.routes import reach
from chirp_check.model.templates import everywhere, showing
from chirp_check.source import Span
from chirp_check.syntax.patterns import Patterns

_ASKING = frozenset({"href", "src", "poster", "data", "xlink:href", "hx-get"})
_DEFAULT_FOLDER, _URL_FOR, _GLOBAL = "static", "url_for", "template_global"


class MissingFile(msgspec.Struct, frozen=True, gc=False):
    """A file that is asked for at `at` and that is not in its folder; `beside` are those there are, from that folder.

    `maker` is the function that makes its URL, if one does.
    """

    file: str
    folder: str
    at: Span
    beside: tuple[str, ...]
    maker: Span | None = None


class Mount(msgspec.Struct, frozen=True, gc=False):
    """A folder whose files have URLs that begin with `prefix`, which ends in `/`."""

    prefix: str
    folder: str


class Maker(msgspec.Struct, frozen=True, gc=False):
    """A function that templates call, which makes the URL `before` and its parameter `name`, at position `at`."""

    before: str
    name: str
    at: int
    span: Span


@query
def missing_files(model: Queries, path: str) -> tuple[MissingFile, ...]:
    """The files that a template asks for and that are not there, in every application that has it."""
    apps = [app for app in showing(model, path) if mounts_of(model, app)]
    written = (text(model, path) or "") if apps else ""
    if not any(word in written for app in apps for word in _words(model, app)):
        return ()
    return everywhere(model, path, lambda app: _missing(model, app, path))


def _words(model: Queries, app: AppKey) -> Iterator[str]:
    """The words without which a template asks an application for no file."""
    yield from (f"{name}(" for name in (*makers(model, app), _URL_FOR))
    yield from (one.prefix for one in mounts_of(model, app))


def _missing(model: Queries, app: AppKey, path: str) -> Iterator[MissingFile]:
    facts = template_facts(model, path)
    asked = (*_written(facts), *_made(model, app, facts)) if facts is not None else ()
    for url, at, maker in asked:
        for mount in mounts_of(model, app):
            if url.startswith(mount.prefix):
                fault = _judged(model, app, mount, (url, at, maker))
                yield from () if fault is None else (fault,)
                break


type _Asked = tuple[str, Span, Span | None]


def _judged(model: Queries, app: AppKey, mount: Mount, asked: _Asked) -> MissingFile | None:
    url, at, maker = asked
    name = unquote(url.removeprefix(mount.prefix))
    if not name or name.endswith("/") or any(one.startswith(".") or not one for one in name.split("/")):
        return None
    wanted = f"{mount.folder}/{name}"
    below = f"{wanted.rpartition('/')[0]}/"
    beside = [one for one in _inside(model, mount.folder) if one.startswith(below)]
    if wanted in beside or not beside or _may_be_answered(model, app, Text(url, at)) or is_ignored(model, wanted):
        return None
    known = tuple(one.removeprefix(f"{mount.folder}/") for one in beside)
    return MissingFile(name, mount.folder, at, known, maker)


def _may_be_answered(model: Queries, app: AppKey, url: Text) -> bool:
    """Whether a route or a middleware may answer what is below the URL of a static folder."""
    served = {one.prefix for one in mounts_of(model, app)}
    others = (one for one in application(model, app).prefixes if f"/{one.strip('/')}/" not in served)
    return any(url.value.startswith(one) for one in others) or bool(reach(model, app, url).routes)


@gate
def _inside(model: Queries, folder: str) -> tuple[str, ...]:
    """The files in a folder and below it, sorted."""
    return tuple(sorted(one for one in files(model) if one.startswith(f"{folder}/")))


def is_ignored(model: Queries, path: str) -> bool:
    """Whether a `.gitignore` of the project names a file or a folder that it is in."""
    parts = path.split("/")
    for depth in range(len(parts)):
        above = "".join(f"{one}/" for one in parts[:depth])
        lines = text(model, f"{above}.gitignore")
        if lines is not None and Patterns(lines.split("\n")).covers("/".join(parts[depth:])):
            return True
    return False


# What templates ask for.


def _written(facts: TemplateFacts) -> Iterator[_Asked]:
    """The URLs that attributes of elements begin with."""
    for element in (*facts.elements, *facts.unscripted):
        for one in element.attributes:
            if one.name in _ASKING and one.value is not None:
                url = _path(one.value)
                yield from () if url is None else ((url, Span(facts.path, one.value.start, one.value.end), None),)


def _path(term: AnyTerm) -> str | None:
    """The path of a URL; None where it has an expression in it."""
    first = term.parts[0] if isinstance(term, Join) and term.parts else term
    if not isinstance(first, Const) or not isinstance(first.value, str):
        return None
    path, mark, _ = first.value.partition("?")
    path, hash_, _ = path.partition("#")
    return path.strip() if mark or hash_ or first is term else None


def _made(model: Queries, app: AppKey, facts: TemplateFacts) -> Iterator[_Asked]:
    """The URLs that functions of the application make of the text that a template passes to them."""
    known = makers(model, app)
    own = {name.name for reference in facts.references for _, name in reference.names}
    own |= {one.name.name for one in facts.components} | {one.name.name for one in facts.bindings}
    for call in facts.calls:
        name = call.function.id if isinstance(call.function, Name) else ""
        if name in own:
            continue
        if name in known:
            given = _argument(call.arguments, known[name].at, known[name].name)
            before, maker = known[name].before, known[name].span
        elif name == _URL_FOR and _is_static(call):
            given, before, maker = _argument(call.arguments, -1, "path"), "", None
        else:
            continue
        if isinstance(given, Const) and isinstance(given.value, str):
            at = Span(facts.path, given.start, given.end)
            yield from ((one, at, maker) for one in _below(model, app, before, given.value))


def _below(model: Queries, app: AppKey, before: str, name: str) -> Iterator[str]:
    """The URL of a name that comes after other text, or in any folder that has URLs."""
    path = name.partition("?")[0].partition("#")[0]
    mounts = mounts_of(model, app)
    if before:
        yield before + path
    elif len(mounts) == 1:
        yield mounts[0].prefix + path.lstrip("/")


def _argument(arguments: tuple[Arg, ...], at: int, name: str) -> AnyTerm | None:
    if any(one.stars for one in arguments):
        return None
    placed = [one.value for one in arguments if one.name is None]
    named = next((one.value for one in arguments if one.name == name), None)
    return placed[at] if named is None and 0 <= at < len(placed) else named


def _is_static(call: ComponentCall | Call) -> bool:
    first = call.arguments[0].value if call.arguments else None
    return isinstance(first, Const) and first.value == _DEFAULT_FOLDER


# What applications have.


@gate
def mounts_of(model: Queries, app: AppKey) -> tuple[Mount, ...]:
    """The static folders of an application whose files the project has; none where something else may serve files."""
    known = application(model, app)
    named = (str(one.name) for one in known.routes if isinstance(one.name, (Text, str)))
    if known.span is None or not known.complete or _DEFAULT_FOLDER in named:
        return ()
    found = [*_configured(model, known.span), *_layers(model, known.span)]
    mounts = [one for one in found if one is not None]
    prefixes = [one.prefix for one in mounts]
    if len(mounts) < len(found) or len(set(prefixes)) < len(prefixes) or "/" in prefixes:
        return ()
    return tuple(one for one in mounts if _inside(model, one.folder))


def _configured(model: Queries, span: Span) -> Iterator[Mount | None]:
    """The folder that the configuration names, or its default."""
    for record in (one for one in log(model).of_kind("App") if one.span == span):
        config = record.argument(0, "config")
        if record.open or not (config is None or isinstance(config, Record)) or (config is not None and config.open):
            yield None
            continue
        given = config.argument(None, "static_dir") if config is not None else None
        url = config.argument(None, "static_url") if config is not None else None
        if not (isinstance(given, Scalar) and given.value is None):
            yield _mount(model, span.path, given or Text(_DEFAULT_FOLDER, span), url)


def _layers(model: Queries, span: Span) -> Iterator[Mount | None]:
    """The folders that middleware serves."""
    for record in log(model).of_kind("App.add_middleware"):
        layer = record.argument(1, "middleware") if record.args[0].span == span else None
        if isinstance(layer, Record) and layer.kind == "StaticFiles":
            folder = layer.argument(0, "directory")
            plain = None if folder is None or layer.open else folder
            yield _mount(model, span.path, plain, layer.argument(1, "prefix") or layer.argument(None, "url"))


def _mount(model: Queries, path: str, folder: Value | None, url: Value | None) -> Mount | None:
    prefix = url.value if isinstance(url, Text) else DEFAULT_STATIC_URL if url is None else None
    if prefix is None:
        return None
    match folder:
        case Path(text=found):
            return Mount(f"/{prefix.strip('/')}/", found)
        case Text(value=found) if not found.startswith("/"):
            return Mount(f"/{prefix.strip('/')}/", near(model, path, found))
        case _:
            return None


@gate
def makers(model: Queries, app: AppKey) -> Mapping[str, Maker]:
    """The functions of an application that make the URL of a file of the name that they are given, by their names."""
    span = application(model, app).span
    found: dict[str, Maker] = {}
    paths = {one.span.path for one in log(model).of_kind(f"@{_GLOBAL}") if one.args[0].span == span}
    for path in sorted(paths):
        for written in module_functions(model, path).values():
            name = next((name for one in written.decorators if (name := _global(one, written)) is not None), None)
            made = _maker(model, path, written) if name is not None else None
            if name is not None and made is not None:
                found[name] = made
    return found


def _global(decorator: AnyTerm, written: Function) -> str | None:
    """The name under which a decorator gives a function to templates."""
    if not (
        isinstance(decorator, Call) and isinstance(decorator.function, Attr) and decorator.function.name == _GLOBAL
    ):
        return None
    given = _argument(decorator.arguments, 0, "name")
    return str(given.value) if isinstance(given, Const) else written.name


def _maker(model: Queries, path: str, written: Function) -> Maker | None:
    """What a function does whose every answer is text, its parameter, and no more than a query."""
    places = [one.name for one in written.params if one.kind in ("positional", "normal")]
    answers = [one.value for one in every_statement(written.body) if isinstance(one, Return)]
    bound = {one.name for one in every_part(written.body) if isinstance(one, Assign)}
    made = {_shape(model, path, one) for one in answers}
    before, name = next(iter(made)) if len(made) == 1 else ("", "")
    if name not in places or name in bound:
        return None
    return Maker(before, name, places.index(name), Span(path, written.name_start, written.name_end))


def _shape(model: Queries, path: str, answer: AnyTerm | None) -> tuple[str, str]:
    """The text that an answer begins with and the name that follows, both empty where it is nothing like that."""
    if isinstance(answer, Call) and _is_static(answer):
        called = answer.function
        asks = isinstance(called, (Name, Attr)) and (called.id if isinstance(called, Name) else called.name) == _URL_FOR
        given = _argument(answer.arguments, -1, "path")
        return ("", given.id) if asks and isinstance(given, Name) else ("", "")
    parts = tuple(_parts(answer)) if answer is not None else ()
    before = ""
    for at, one in enumerate(parts):
        known = _written_text(model, path, one)
        if known is None:
            after = _written_text(model, path, parts[at + 1]) if at + 1 < len(parts) else "?"
            fits = isinstance(one, Name) and before.startswith("/") and (after or "").startswith(("?", "#"))
            return (before, one.id) if fits and isinstance(one, Name) else ("", "")
        before += known
    return "", ""


def _parts(term: AnyTerm) -> Iterator[AnyTerm]:
    match term:
        case Join(parts=parts):
            yield from parts
        case Add(left=left, right=right):
            yield from (*_parts(left), *_parts(right))
        case _:
            yield term


def _written_text(model: Queries, path: str, term: AnyTerm) -> str | None:
    if isinstance(term, Const):
        return str(term.value)
    value = name_of(model, path, term.id) if isinstance(term, Name) else None
    return value.value if isinstance(value, Text) else None
