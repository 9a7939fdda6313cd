"""Templates by name: which file a name means, what it extends and includes, which blocks it has."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from chirp_check.facts.templates import TemplateRef
from chirp_check.facts.values import Const
from chirp_check.grammar.names import nearest
from chirp_check.model.applications import AppKey, application_files, application_keys, roots
from chirp_check.model.entities import BlockAt
from chirp_check.model.inputs import files
from chirp_check.model.memory import Queries, gate, query, table
from chirp_check.model.outlines import template_outline
from chirp_check.model.paths import folder, resolve

SUFFIXES = (".html", ".htm", ".kida", ".xhtml", ".jinja", ".jinja2", ".j2")
DEPTH = 50  # as many as Kida follows


class Chain(msgspec.Struct, frozen=True):
    """A template and those it extends, nearest first; `complete` when every one is known and parses."""

    paths: tuple[str, ...]
    complete: bool


class Composition(msgspec.Struct, frozen=True):
    """The files whose markup a full render can hold.

    `open`: others may come that nobody sees. `broken`: a file of them has a mistake that is reported by itself.
    """

    files: frozenset[str]
    open: bool
    broken: bool


class Cycle(msgspec.Struct, frozen=True):
    """A reference that leads back to a template on the way to it: the names, first and last the same."""

    names: tuple[str, ...]
    reference: TemplateRef
    path: str


@gate
def names(model: Queries, app: AppKey) -> Mapping[str, str]:
    """Every template of an application, name to path; of one name in several roots the first root's."""
    found: dict[str, str] = {}
    known = sorted(path for path in files(model) if path.endswith(SUFFIXES))
    for root in roots(model, app).folders:
        prefix = f"{root}/" if root else ""
        for path in known:
            if path.startswith(prefix):
                found.setdefault(path[len(prefix) :], path)
    return found


@query
def paths(model: Queries, app: AppKey) -> Mapping[str, str]:
    """The names of an application's templates by path."""
    return {path: name for name, path in names(model, app).items()}


@query
def folders(model: Queries, app: AppKey) -> frozenset[str]:
    """The first folders of template names."""
    return frozenset(known.partition("/")[0] for known in names(model, app) if "/" in known)


@gate
def template_files(model: Queries) -> tuple[str, ...]:
    """The templates of all applications, sorted by path."""
    return tuple(sorted({path for app in application_keys(model) for path in paths(model, app)}))


@query
def showing(model: Queries, path: str) -> tuple[AppKey, ...]:
    """The applications that have a template."""
    return tuple(app for app in application_keys(model) if path in paths(model, app))


def everywhere[Fault](model: Queries, path: str, faults: Callable[[AppKey], Iterable[Fault]]) -> tuple[Fault, ...]:
    """The faults of a template that it has in every application that has it, each once."""
    first, *others = [dict.fromkeys(faults(app)) for app in showing(model, path)] or [{}]
    return tuple(one for one in first if all(one in other for other in others))


@query
def owners(model: Queries, path: str) -> tuple[AppKey, ...]:
    """The applications that a Python file or a template belongs to."""
    return tuple(
        app for app in application_keys(model) if path in application_files(model, app) or path in paths(model, app)
    )


def template_path(model: Queries, app: AppKey, name: str, base: str | None = None) -> str | None:
    """The file of a name. A name that starts with `./` or `../` is seen from the template at the path `base`."""
    if name.startswith(("./", "../")) and base is not None:
        above = paths(model, app).get(base, "")
        relative = resolve(folder(above), name)
        return None if relative is None else template_path(model, app, relative)
    known = names(model, app).get(name)
    if known is not None:
        return known
    candidates = (f"{root}/{name}" if root else name for root in roots(model, app).folders)
    return next((path for path in candidates if path in files(model)), None)


def judged(model: Queries, app: AppKey, name: str) -> bool:
    """Whether the absence of a name can be claimed.

    A name in a folder that no root has, and that is no misspelling of one, may come from a package's own loader;
    only a live application knows better.
    """
    known = roots(model, app)
    if not known.complete or name.startswith("@"):
        return False
    first, slash, _ = name.partition("/")
    if known.exhaustive or not slash or first in (".", ".."):
        return True
    here = folders(model, app)
    return first in here or nearest(first, here) is not None


@gate
def references(model: Queries, path: str) -> tuple[TemplateRef, ...]:
    """The tags of a template that name others."""
    return template_outline(model, path).references


@gate
def parses(model: Queries, path: str) -> bool:
    """Whether a template can be read and has no faults."""
    return template_outline(model, path).parses


def target(model: Queries, app: AppKey, reference: TemplateRef, path: str) -> str | None:
    """The file that a tag of the template at `path` names, or None when it is not known or not there."""
    if isinstance(reference.target, Const) and isinstance(reference.target.value, str):
        return template_path(model, app, reference.target.value, path)
    return None


@gate
def chain(model: Queries, app: AppKey, path: str) -> Chain:
    """The template and those it extends; it stops at what is not known and at a cycle."""
    found = [path]
    complete = True
    while len(found) <= DEPTH:
        complete = complete and parses(model, found[-1])
        parent = _extends(references(model, found[-1]))
        if parent is None:
            break
        above = target(model, app, parent, found[-1])
        if above is None or above in found:
            complete = False
            break
        found.append(above)
    return Chain(tuple(found), complete)


@table
def derived(model: Queries, app: AppKey) -> Mapping[str, tuple[str, ...]]:
    """The templates that are derived from another, by its path."""
    found: dict[str, list[str]] = {}
    for path in sorted(paths(model, app)):
        for above in chain(model, app, path).paths[1:]:
            found.setdefault(above, []).append(path)
    return {path: tuple(ones) for path, ones in found.items()}


@gate
def own_blocks(model: Queries, path: str) -> Mapping[str, BlockAt]:
    """The blocks that a template defines itself and that can be rendered; of one name the last."""
    return {block.name.name: BlockAt(path, block) for block in template_outline(model, path).blocks}


@query
def blocks(model: Queries, app: AppKey, path: str) -> Mapping[str, BlockAt]:
    """The blocks that can be rendered of a template: its own and inherited ones, the nearest of each name."""
    found: dict[str, BlockAt] = {}
    for one in chain(model, app, path).paths:
        for name, block in own_blocks(model, one).items():
            found.setdefault(name, block)
    return found


@query
def composed(model: Queries, app: AppKey, path: str) -> Composition:
    """What a full render of the template at `path` is composed of."""
    seen: set[str] = set()
    is_open = broken = False
    pending = [path]
    while pending:
        current = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        broken = broken or not parses(model, current)
        for reference in references(model, current):
            found = target(model, app, reference, current)
            if found is not None:
                pending.append(found)
            elif _reported(model, app, reference):
                broken = True
            else:
                is_open = is_open or not reference.ignore_missing
    return Composition(frozenset(seen), is_open, broken)


def _reported(model: Queries, app: AppKey, reference: TemplateRef) -> bool:
    """Whether a reference that leads nowhere is a mistake by itself, and no gap in what is known."""
    name = reference.target.value if isinstance(reference.target, Const) else None
    return isinstance(name, str) and judged(model, app, name)


@query
def included_blocks(model: Queries, app: AppKey, path: str) -> Mapping[str, BlockAt]:
    """The blocks of files that come in otherwise than by `extends`, which cannot be rendered alone."""
    found: dict[str, BlockAt] = {}
    for one in sorted(composed(model, app, path).files - set(chain(model, app, path).paths)):
        for name, block in blocks(model, app, one).items():
            found.setdefault(name, block)
    return found


@query
def cycles(model: Queries, app: AppKey) -> tuple[Cycle, ...]:
    """References that come back to where they started, each cycle once, at the reference that closes it."""
    done: set[str] = set()
    return tuple(one for path in sorted(paths(model, app)) for one in _cycles_from(model, app, (path,), done))


def _cycles_from(model: Queries, app: AppKey, way: tuple[str, ...], done: set[str]) -> Iterator[Cycle]:
    path = way[-1]
    if path in done or len(way) > DEPTH:
        return
    for reference in references(model, path):
        found = target(model, app, reference, path)
        if found is None or reference.kind == "include":
            continue
        if found in way:
            called = paths(model, app)
            circle = tuple(called.get(one, one) for one in (*way[way.index(found) :], found))
            yield Cycle(circle, reference, path)
        else:
            yield from _cycles_from(model, app, (*way, found), done)
    done.add(path)


def _extends(found: tuple[TemplateRef, ...]) -> TemplateRef | None:
    """The tag that counts: the first `extends`; Kida ignores others."""
    return next((one for one in found if one.kind == "extends"), None)
