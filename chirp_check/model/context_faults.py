"""Names that renders lack, each where it has to be put right: at the render site, or at the read in the template."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from chirp_check.facts.templates import Binding, TemplateFacts
from chirp_check.grammar.names import nearest
from chirp_check.model.applications import AppKey, application_files, application_keys
from chirp_check.model.context import Lack, Need, Rendering, all_renderings, readers, wanted
from chirp_check.model.context_places import call_at, entry, helper_calls, in_scope, is_argument, keyword, value_text
from chirp_check.model.inputs import template_facts
from chirp_check.model.memory import Queries, query, table
from chirp_check.model.requirements import CONTENT, LAYOUT, place, requirements
from chirp_check.model.slips import is_slip
from chirp_check.model.templates import blocks
from chirp_check.model.vocabulary import BUILT_IN, registered
from chirp_check.source import Span


class MissingName(msgspec.Struct, frozen=True, gc=False):
    """A name that a template reads, at `reads` in one file, and a render site does not give.

    `template` and `block` are what is rendered at `site`. `in_template`: no render gives it, so that the read is to
    blame; `meant` is then a near name that all of them give, and otherwise one that the site gives at `keyword` and
    nobody reads, `sure` where it is known that this is the slip. `certain`: missing on every path. `sealed` tells why
    no render could give it.
    """

    name: str
    template: str
    block: str | None
    site: Span
    reads: tuple[Span, ...]
    in_template: bool = False
    meant: str | None = None
    keyword: Span | None = None
    certain: bool = True
    sealed: str = ""
    sure: bool = False

    @property
    def at(self) -> Span:
        """Where it is to be put right."""
        return self.reads[0] if self.in_template else self.keyword or self.site


class OutOfSight(msgspec.Struct, frozen=True, gc=False):
    """Why a block cannot be rendered alone: what a name at `read` has to do with it (`why`).

    "binding": the block reads it, and the template binds it at `binding`, where the block does not see it. "let": a
    top-level `let` (or the like) reads it, which Kida cannot look up in such a render. "match": it is the name of the
    block, which stands in a `match` and so is no block at all.
    """

    name: str
    read: Span
    site: Span
    block: str | None
    why: str
    binding: Span | None = None

    @property
    def at(self) -> Span:
        """Where it is to be put right."""
        return self.read


class EarlyRead(msgspec.Struct, frozen=True, gc=False):
    """A guarded name that Kida looks up all the same, because a body reads it more than once: two of the reads."""

    name: str
    read: Span
    site: Span

    @property
    def at(self) -> Span:
        """Where it is to be put right."""
        return self.read


type Fault = MissingName | OutOfSight | EarlyRead


@query
def context_faults(model: Queries, path: str) -> tuple[Fault, ...]:
    """The faults to be put right in one file."""
    found = (one for app in application_keys(model) for one in _by_file.entry(model, path, app) or ())
    return tuple(dict.fromkeys(found))


@table
def _by_file(model: Queries, app: AppKey) -> Mapping[str, tuple[Fault, ...]]:
    """Every fault once: one for each place and name, whichever render shows it."""
    found: dict[str, dict[object, Fault]] = {}
    for one in _Judge(model, app).faults():
        same = found.setdefault(one.at.path, {})
        known = same.setdefault((type(one), one.at, one.name), one)
        if isinstance(known, MissingName) and isinstance(one, MissingName) and one.certain and not known.certain:
            same[type(one), one.at, one.name] = one
    return {path: tuple(ones.values()) for path, ones in found.items()}


class _Judge:
    """Decides about all renderings of an application together: who else gives a name tells where the mistake is."""

    def __init__(self, model: Queries, app: AppKey) -> None:
        self.model = model
        self.app = app
        self.renderings = all_renderings(model, app)
        self.filters = BUILT_IN["filter"] | (registered(model, app, "filter") or frozenset())

    def faults(self) -> Iterator[Fault]:
        """All faults, in the order of render sites."""
        lacking: dict[Need, list[Rendering]] = {}
        for one in self.renderings:
            for lack in one.lacks:
                for need in lack.needs:
                    lacking.setdefault(need, []).append(one)
        relieved = self._relieved(lacking)
        sites: dict[object, list[Rendering]] = {}
        for one in self.renderings:
            sites.setdefault((one.span, one.template, one.block, one.unit), []).append(one)
        for ways in sites.values():
            yield from self._site(ways, lacking, relieved)
        yield from self._lets()
        yield from self._in_match()

    def _relieved(self, lacking: Mapping[Need, list[Rendering]]) -> frozenset[Need]:
        """The places among these that some render gives the name to, or may give it to."""
        found: set[Need] = set()
        for one in self.renderings if lacking else ():
            missed = {need for lack in one.lacks for need in lack.needs}
            found |= (readers(self.model, self.app, *one.unit) & lacking.keys()) - missed
        return frozenset(found)

    def _site(
        self, ways: list[Rendering], lacking: Mapping[Need, list[Rendering]], relieved: frozenset[Need]
    ) -> Iterator[Fault]:
        """The faults of one render site, over all ways through it."""
        seen: dict[tuple[str, bool, str], Lack] = {}
        for way in ways:
            for lack in way.lacks:
                seen.setdefault((lack.name, lack.early, lack.sealed), lack)
        for lack in seen.values():
            way = next(way for way in ways if _lacks(way, lack.name))
            certain = all(_lacks(one, lack.name) for one in ways)
            given = not relieved.isdisjoint(lack.needs)
            if lack.sealed:
                bound = self._bound(lack.needs[0])
                meant = nearest(lack.name, bound)
                sure = meant is not None and is_slip(self.model, lack.name, meant, bound)
                yield self._missing(way, lack, in_template=True, meant=meant, sealed=lack.sealed, sure=sure)
            elif lack.early:
                yield EarlyRead(lack.name, self._place(lack.needs[0]), self._where(way))
            else:
                hidden = self._out_of_sight(way, lack, given=given)
                in_template = None if given else self._in_template(way, lack, lacking)
                at_calls = () if certain or hidden is not None else tuple(self._at_calls(ways, lack))
                yield from at_calls or (hidden or in_template or self._at_site(way, lack, certain=certain),)

    def _at_calls(self, ways: list[Rendering], lack: Lack) -> Iterator[MissingName]:
        """The faults of the calls of a helper that forwards what it is given, where some of them lack a name.

        The helper says itself what it renders; what a call passes, with what the helper adds, is what a way gives.
        """
        span = ways[0].span
        written = [one.span for one in (ways[0].template, ways[0].block) if one is not None]
        call = call_at(self.model, span)
        if call is None or not all(_inside(one, span) for one in written):
            return
        own = {one.name for one in call.arguments if one.name is not None}
        lacking = [one for one in ways if _lacks(one, lack.name)]
        files = sorted(application_files(self.model, self.app))
        for place_, names in helper_calls(self.model, files, span):
            way = next((one for one in lacking if names == one.given - own), None)
            if way is not None and lack.name not in names:
                yield msgspec.structs.replace(self._missing(way, lack), site=place_)

    def _missing(self, way: Rendering, lack: Lack, **details: Any) -> MissingName:
        """The fault of a name, with its reads in the file of the first."""
        reads = tuple(self._place(need) for need in lack.needs if need.path == lack.needs[0].path)
        block = None if way.block is None else way.block.value
        return MissingName(lack.name, way.template.value, block, self._where(way), reads, **details)

    def _where(self, way: Rendering) -> Span:
        """Where a render site says what it renders: in its own call, or in the call of a helper."""
        if _inside(way.template.span, way.span) or is_argument(self.model, way.template.span):
            return way.template.span
        call = call_at(self.model, way.span)
        first = next(iter(call.arguments), None) if call is not None else None
        if first is not None:
            return Span(way.span.path, first.value.start, first.value.end)
        written = way.block is not None and is_argument(self.model, way.block.span)
        return way.block.span if way.block is not None and written else way.span

    def _place(self, need: Need) -> Span:
        return place(self.model, need.path, need.at)

    def _out_of_sight(self, way: Rendering, lack: Lack, *, given: bool) -> OutOfSight | None:
        """The fault of a name that the template binds where it is not seen; a block that others give it to is fine."""
        binding = self._binding(lack)
        if binding is None or (way.block is not None and given):
            return None
        return OutOfSight(lack.name, self._place(lack.needs[0]), self._where(way), way.unit[1], "binding", binding)

    def _in_template(self, way: Rendering, lack: Lack, lacking: Mapping[Need, list[Rendering]]) -> MissingName | None:
        """The fault of a name that nobody gives, if the template is to blame."""
        sites = [one for need in lack.needs for one in lacking[need]]
        given = frozenset[str].intersection(*(one.given for one in sites))
        bound = self._bound(lack.needs[0])
        meant = nearest(lack.name, given | bound)
        several = len({one.span for one in sites}) > 1
        if not several and meant not in bound and in_scope(self.model, way.span, lack.name):
            return None  # the handler knows it
        is_filter = lack.name in self.filters
        if several or is_filter or (meant is not None and (meant in bound or self._likelier(meant, lack.name, way))):
            meant = None if is_filter else meant
            sure = meant is not None and is_slip(self.model, lack.name, meant, given | bound)
            return self._missing(way, lack, in_template=True, meant=meant, sure=sure)
        return None

    def _likelier(self, given: str, read: str, way: Rendering) -> bool:
        """Whether a name that a site gives is right, and not the near one that its template reads."""
        if given in wanted(self.model, self.app, *way.unit):
            return True
        return self._evidence(given, given, way) > self._evidence(read, given, way)

    def _evidence(self, name: str, given: str, way: Rendering) -> int:
        """How much speaks for a name: other renders with it, and the value of what a site gives instead."""
        return self._mentions(name, way) + (name in value_text(self.model, way.span, given))

    def _mentions(self, name: str, way: Rendering) -> int:
        """How often other renders give or want a name."""
        others = {(one.span, one.unit): one for one in self.renderings if one.unit != way.unit and one.span != way.span}
        units = {one.unit for one in others.values()}
        given = sum(name in one.given for one in others.values())
        return given + sum(name in wanted(self.model, self.app, *unit) for unit in units)

    def _bound(self, need: Need) -> frozenset[str]:
        """The names that the template binds around a read: variables of loops, parameters and their like."""
        facts = template_facts(self.model, need.path)
        if facts is None:
            return frozenset()
        at = self._place(need).start
        names = {one.name.name for one in facts.bindings if one.scope_start <= at < one.scope_end}
        for component in facts.components:
            if component.body_start <= at < component.body_end:
                names.update(one.name for one in component.parameters)
        return frozenset(names)

    def _binding(self, lack: Lack) -> Span | None:
        """Where a name is bound that the place which reads it cannot see."""
        need = lack.needs[0]
        facts = template_facts(self.model, need.path)
        at = self._place(need)
        if facts is None:
            return None
        imported = (local for one in facts.references for _, local in one.names if local.name == lack.name)
        bound = (one.name for one in _reaching(facts, lack.name, at.start))
        found = next(iter((*bound, *imported)), None)
        return None if found is None else Span(need.path, found.start, found.end)

    def _at_site(self, way: Rendering, lack: Lack, *, certain: bool) -> MissingName:
        read = wanted(self.model, self.app, *way.unit)
        units = {one.unit for one in self.renderings if one.span == way.span}
        spare = {name for name in way.given if not any(name in wanted(self.model, self.app, *unit) for unit in units)}
        meant = nearest(lack.name, spare - read)
        written, sure = None, False
        if meant is not None:
            written = keyword(self.model, way.span, meant) or entry(self.model, way.span, meant)
            again = len(lack.needs) > 1  # nobody makes the same slip twice
            sure = self._evidence(lack.name, meant, way) + again > self._evidence(meant, meant, way)
        return self._missing(way, lack, meant=meant, keyword=written, certain=certain, sure=sure)

    def _lets(self) -> Iterator[OutOfSight]:
        for one in self.renderings:
            path, block = one.unit
            if block is None:
                continue
            for trouble in requirements(self.model, self.app, path, block).troubles:
                read = place(self.model, trouble.path, trouble.at)
                yield OutOfSight(trouble.name, read, self._where(one), CONTENT if block == LAYOUT else block, "let")

    def _in_match(self) -> Iterator[OutOfSight]:
        """Blocks in a `match` that are rendered alone, or stand where the whole is rendered."""
        for one in self.renderings:
            path, block = one.unit
            known = blocks(self.model, self.app, path)
            whole = block is None or block == LAYOUT
            for found in known.values() if whole else filter(None, (known.get(block or ""),)):
                if found.block.inside_match:
                    name = found.block.name.name
                    yield OutOfSight(name, found.span, self._where(one), None if whole else block, "match")


def _inside(place_: Span, call: Span) -> bool:
    return place_.path == call.path and call.start <= place_.start < call.end


def _lacks(way: Rendering, name: str) -> bool:
    return any(lack.name == name for lack in way.lacks)


def _reaching(facts: TemplateFacts, name: str, at: int) -> Iterator[Binding]:
    """The bindings of a name in whose range a place is, or that come before it at the top."""
    for one in facts.bindings:
        if one.name.name == name and one.scope_start <= at < one.scope_end:
            yield one
