"""What has to do with what: requests, forms, links, redirects, swaps and streams, as the model resolves each use."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from chirp_check.facts.templates import Attribute, Element, TemplateFacts
from chirp_check.facts.values import Const
from chirp_check.grammar.hx import REQUESTS
from chirp_check.map.answers import block_node, template_node
from chirp_check.map.atlas import Edge, EdgeKind
from chirp_check.map.regions import Regions
from chirp_check.model import templates
from chirp_check.model.applications import AppKey, application_files
from chirp_check.model.around import PERHAPS, effective
from chirp_check.model.entities import ElementAt, LinkUse, TargetUse, TemplateUse, Text, UrlUse
from chirp_check.model.inputs import template_facts
from chirp_check.model.markup import attribute, texts, wanted_id
from chirp_check.model.model import Model
from chirp_check.model.outlines import template_outline
from chirp_check.model.templates import paths, references
from chirp_check.source import Span

_USING: Mapping[str, EdgeKind] = {
    "extends": "extends",
    "include": "includes",
    "embed": "includes",
    "import": "imports",
    "from": "imports",
}
_ASKING: Mapping[str, EdgeKind] = {
    **dict.fromkeys(REQUESTS, "requests"),
    "sse-connect": "connects",
    "action": "submits",
    "formaction": "submits",
}


@dataclass(slots=True)
class Edges:
    """The edges of one application. `routes` are the nodes of its routes, `sites` the routes by what they answer."""

    model: Model
    app: AppKey
    routes: Sequence[str]
    regions: Regions
    sites: Mapping[Span, list[str]]
    _asked: dict[Span, list[tuple[str, str]]] = field(default_factory=dict[Span, list[tuple[str, str]]])

    def all(self) -> Iterator[Edge]:
        """Every edge but what routes render."""
        files = (*sorted(paths(self.model, self.app)), *sorted(application_files(self.model, self.app)))
        for path in files:
            yield from self._used(path)
            for url in self.model.subjects_in(path, UrlUse):
                yield from self._request(url)
            for link in self.model.subjects_in(path, LinkUse):
                yield from self._to_routes(self._place(link.element, link.url.span), link, "links", "")
            for target in self.model.subjects_in(path, TargetUse):
                yield from self._aside(target)
            yield from self._events(path)

    def _used(self, path: str) -> Iterator[Edge]:
        for one in references(self.model, path) if path in paths(self.model, self.app) else ():
            found = templates.target(self.model, self.app, one, path)
            if found is not None:
                at = Span(path, one.start, one.end)
                kind = _USING.get(one.kind, "includes")
                source = template_node(path) if kind != "includes" else self._inside(path, one.start)
                yield Edge(source, template_node(found), kind, one.kind, at)

    # Requests.

    def _request(self, use: UrlUse) -> Iterator[Edge]:
        if use.site is not None:
            for route in self.sites.get(use.site.span, ()):
                yield from self._to_routes(route, use, "redirects", "")
            return
        source = self._place(use.element, use.url.span)
        kind = _ASKING.get(use.via, "requests")
        found = list(self._to_routes(source, use, kind, use.method or ""))
        yield from found
        if kind == "requests" and use.element is not None:
            for edge in found:
                yield from self._swaps(edge, use.element)
        if kind == "connects" and use.element is not None:
            at = Span(use.element.path, use.element.element.start, use.element.element.end)
            self._asked.setdefault(at, []).extend((edge.target, edge.source) for edge in found)

    def _to_routes(self, source: str | None, use: UrlUse | LinkUse, kind: EdgeKind, label: str) -> Iterator[Edge]:
        reached = self.model.reach(use) if source is not None else None
        shapes = [one for one in (reached.likely if reached is not None else ()) if one.app == self.app]
        method = use.method if isinstance(use, UrlUse) else "GET"
        taken = [one for one in shapes if method is None or one.methods is None or method in one.methods]
        for one in taken:
            if source is not None:
                yield Edge(source, self.routes[one.index], kind, label, use.url.span, sure=len(taken) == 1)

    def _swaps(self, asked: Edge, at: ElementAt) -> Iterator[Edge]:
        """Where the answer to a request goes, as far as the element and those around it tell."""
        facts = template_facts(self.model, at.path)
        if facts is None:
            return
        wanted = effective(self.model, self.app, facts, at.element, "hx-target")
        style = self._style(facts, at.element)
        if style in ("none", "delete"):
            return
        for region in self._targets(wanted, at) if wanted is not PERHAPS else ():
            yield Edge(asked.target, region, "swaps", style, asked.span, asked.source)

    def _targets(self, wanted: Attribute | None, at: ElementAt) -> Iterator[str]:
        selectors = texts(wanted.value, at.path) if wanted is not None else ()
        itself = wanted is None or any(isinstance(one, Text) and one.value.strip() == "this" for one in selectors)
        own = self.regions.at(at.path, at.element) if itself else None
        if own is not None:
            yield own
        for selector in selectors:
            named = wanted_id(selector)
            if named is not None and any(named):
                yield from self.regions.holding(at.path, named)

    def _style(self, facts: TemplateFacts, element: Element) -> str:
        swap = effective(self.model, self.app, facts, element, "hx-swap")
        if swap is None:
            return "default swap"
        if swap is PERHAPS:
            return "swap not seen"
        written = swap.value.value if isinstance(swap.value, Const) else None
        return written.split()[0] if isinstance(written, str) and written.strip() else "swap not seen"

    # What comes beside an answer, and by itself.

    def _aside(self, use: TargetUse) -> Iterator[Edge]:
        """What a handler or an element swaps by naming it; what an element asks for is told by its request."""
        wanted = wanted_id(use.selector)
        if use.via == "hx-target" or wanted is None or not any(wanted):
            return
        span = use.selector.span
        if use.site is None:
            source = self._place(use.element, span)
            if source is not None:
                holding = self.regions.holding(use.element.path if use.element is not None else span.path, wanted)
                yield from (Edge(source, one, "aside", "out of band", span) for one in holding)
            return
        template = self._rendered(use)
        label = "retarget" if "retarget" in use.via else "out of band"
        for route in self.sites.get(use.site.span, ()):
            yield from (Edge(route, one, "aside", label, span) for one in self.regions.holding(template, wanted))

    def _rendered(self, use: TargetUse) -> str | None:
        """The template that a site renders."""
        if use.site is None:
            return None
        known = self.model.subjects_in(use.site.span.path, TemplateUse)
        found = (self.model.template_path(one.name.value) for one in known if one.site == use.site)
        return next((path for path in found if path is not None), None)

    def _events(self, path: str) -> Iterator[Edge]:
        """The events that elements inside of one that connects to a stream wait for."""
        facts = template_facts(self.model, path) if self._asked and path in paths(self.model, self.app) else None
        for element in facts.elements if facts is not None else ():
            waiting = attribute(element, "sse-swap")
            outer = [one for at, one in self._asked.items() if at.path == path and self._around(facts, at, element)]
            for text in texts(waiting.value, path) if waiting is not None and outer else ():
                place = self.regions.at(path, element) or self._inside(path, element.start)
                span = Span(path, element.start, element.end)
                yield from (Edge(one, place, "events", str(text), span, via) for ones in outer for one, via in ones)

    def _around(self, facts: TemplateFacts | None, at: Span, element: Element) -> bool:
        outer = (one for one in facts.elements if one.start == at.start) if facts is not None else ()
        return any(one.start <= element.start and (one.close is None or element.start < one.close) for one in outer)

    # Places.

    def _place(self, element: ElementAt | None, span: Span) -> str | None:
        path, start = (element.path, element.element.start) if element is not None else (span.path, span.start)
        return self._inside(path, start) if path in paths(self.model, self.app) else None

    def _inside(self, path: str, start: int) -> str:
        """The innermost block of a template around a place, or else the template."""
        around = [one for one in template_outline(self.model, path).blocks if one.start <= start < one.end]
        if not around:
            return template_node(path)
        return block_node(path, min(around, key=lambda one: one.end - one.start).name.name)
