"""What the names of loops are in the templates that are included there, which read them as their own."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import TemplateRef
from chirp_check.facts.values import Name
from chirp_check.model.typing.given import is_composite
from chirp_check.model.typing.guards import conditions, in_loop
from chirp_check.model.typing.kinds import Type, without_none
from chirp_check.model.typing.reading import Reader


class Brought(msgspec.Struct, frozen=True):
    """A tag that includes a template, and the types of names that are bound around it."""

    reference: TemplateRef
    given: tuple[tuple[str, Type], ...]
    shaky: bool


def brought(reader: Reader) -> Iterator[Brought]:
    """What each tag in a loop brings to the template that it includes."""
    for one in reader.facts.references:
        if one.kind != "include" or not one.with_context or not in_loop(reader.scopes, one.tag_start):
            continue
        guards = conditions(reader.facts, one.tag_start)
        names = [Name(one.tag_start, one.tag_start, name) for name in sorted(reader.live.names)]
        types = [(name, reader.quietly(name)) for name in names if reader.scopes.bound(name) or reader.takes(name)]
        known = [(name, without_none(type_) if guards else type_) for name, type_ in types]
        given = tuple((name.id, type_) for name, type_ in known if type_ and is_composite(type_))
        if given:
            yield Brought(one, given, reader.is_shaky(tuple(name for name, _ in known), guards))
