"""Mistakes in the tags that name other templates, and in the names of the files themselves."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from random import Random

from benchmarks.mutants.application import Application, without_comments
from benchmarks.mutants.mutation import Change, Mutant, Operator, Place, misspelt
from benchmarks.mutants.operators.names import templates_named

_REFERENCE = re.compile(r"""\{%-?\s*(extends|include|from|import|embed)\s+("[^"]+"|'[^']+')""")


@cache
def references(app: Application, *words: str) -> tuple[tuple[str, re.Match[str]], ...]:
    """The tags that name another template: the template's own name, and the match (2 is the literal)."""
    return tuple(
        (name, found)
        for name, text in app.templates.items()
        for found in _REFERENCE.finditer(without_comments(text))
        if found[1] in words
    )


def _misspelt(*words: str) -> Callable[[Application, Random], Iterator[Change]]:
    def make(app: Application, random: Random) -> Iterator[Change]:
        for name, found in references(app, *words):
            folder, slash, file = found[2][1:-1].removesuffix(".html").rpartition("/")
            made = f'"{folder}{slash}{misspelt(file, random)}.html"'
            place = Place("unknown-template", app.path(name), found.start(2), found.start(2) + len(made))
            yield Change(app.path(name), found.start(2), found.end(2), made, (place,))

    return make


def _folder_dropped(app: Application, random: Random) -> Iterator[Change]:
    """`ui.html` for `components/ui.html`, as if names were relative."""
    for name, found in references(app, "extends", "include", "from"):
        _, slash, file = found[2][1:-1].rpartition("/")
        if slash and file not in app.names:
            made = f'"{file}"'
            place = Place("unknown-template", app.path(name), found.start(2), found.start(2) + len(made))
            yield Change(app.path(name), found.start(2), found.end(2), made, (place,))


def _file_renamed(app: Application, random: Random) -> Iterator[Mutant]:
    """A template's file gets another name; every reference to it, in Python and in templates, leads nowhere."""
    for name, text in app.templates.items():
        places = [
            Place("unknown-template", literal.module.path, literal.start, literal.end)
            for literal in templates_named(app)
            if literal.value == name
        ]
        places += [
            Place("unknown-template", app.path(user), found.start(2), found.end(2))
            for user, found in references(app, "extends", "include", "from", "import", "embed")
            if found[2][1:-1] == name and user != name
        ]
        made = name.removesuffix(".html") + random.choice(("_old", "2", "s")) + ".html"
        if places and made not in app.names:
            path = app.path(name)
            files = {path: None, path.removesuffix(name) + made: text}
            yield Mutant("template file renamed", (path, 0, 0), files, tuple(places))


def _cycle_with_itself(app: Application, random: Random) -> Iterator[Change]:
    for name, found in references(app, "extends"):
        made = f'"{name}"'
        place = Place("template-cycle", app.path(name), found.start(2), found.start(2) + len(made))
        yield Change(app.path(name), found.start(2), found.end(2), made, (place,))


def _cycle_with_child(app: Application, random: Random) -> Iterator[Change]:
    """A layout extends a page that extends it."""
    above = {name: found[2][1:-1] for name, found in references(app, "extends")}
    children = {parent: name for name, parent in sorted(above.items(), reverse=True)}
    for name, text in app.templates.items():
        child = children.get(name)
        if child is None:
            continue
        old = next((found for user, found in references(app, "extends") if user == name), None)
        tag = f'{{% extends "{child}" %}}\n'
        start, end = (0, 0) if old is None else (old.start(), text.index("%}", old.end()) + 2)
        literal = start + len("{% extends ")
        own = Place("template-cycle", app.path(name), literal, literal + len(child) + 2)
        down = next(found for user, found in references(app, "extends") if user == child)
        other = Place("template-cycle", app.path(child), down.start(2), down.end(2))
        yield Change(app.path(name), start, end, tag if old is None else tag.rstrip(), (own, other), any_place=True)


def _cycle_of_imports(app: Application, random: Random) -> Iterator[Change]:
    """A file of components imports from a file that imports from it."""
    for name, found in references(app, "from"):
        source = found[2][1:-1]
        text = app.templates[source]
        tag = f'{{% from "{name}" import icon %}}\n'
        literal = len("{% from ")
        own = Place("template-cycle", app.path(source), literal, literal + len(name) + 2)
        moved = 0 if name != source else len(tag)
        other = Place("template-cycle", app.path(name), found.start(2) + moved, found.end(2) + moved)
        if name.startswith("components/") and text:
            yield Change(app.path(source), 0, 0, tag, (own, other), any_place=True)


OPERATORS = (
    Operator("extends misspelt", "unknown-template", _misspelt("extends")),
    Operator("include misspelt", "unknown-template", _misspelt("include")),
    Operator("import misspelt", "unknown-template", _misspelt("from", "import")),
    Operator("folder dropped in a tag", "unknown-template", _folder_dropped),
    Operator("template file renamed", "unknown-template", _file_renamed),
    Operator("template extends itself", "template-cycle", _cycle_with_itself),
    Operator("layout extends its own page", "template-cycle", _cycle_with_child),
    Operator("components import each other", "template-cycle", _cycle_of_imports),
)
