"""What the statement tags of a template say, as facts: references, bindings, parameters."""

from collections.abc import Iterator

from chirp_check.facts.templates import Ident, Parameter, TemplateRef
from chirp_check.facts.values import AnyTerm
from chirp_check.syntax.kida import Tag
from chirp_check.syntax.kida_saying import Saying

REFERENCES = frozenset({"extends", "include", "embed", "import", "from"})


def reference(tag: Tag[AnyTerm], said: Saying[AnyTerm]) -> Iterator[TemplateRef]:
    """The template that a tag names."""
    target = said.value
    if target is None:
        return
    names = tuple((Ident(*other), Ident(*local)) for other, local in said.names)
    written = (target.start, target.end, tag.keyword, target, tag.start, tag.end)
    yield TemplateRef(*written, said.ignore_missing, said.with_context, names)


def bindings(said: Saying[AnyTerm]) -> Iterator[tuple[str, Ident, AnyTerm | None]]:
    """The names that a tag binds: the kind of binding, the name, and the value where one expression gives it."""
    for one in said.bound:
        value = one.value if one.plain else None
        for word in one.words:
            if word.name != "_" or one.kind != "case":
                yield one.kind, Ident(*word), value


def parameters(said: Saying[AnyTerm]) -> tuple[Parameter, ...]:
    """The parameters of a `def` or `region`."""
    return tuple(Parameter(*one.word, one.kind, one.annotation, one.default) for one in said.parameters)
