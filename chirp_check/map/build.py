"""The map of a project: the nodes of its applications and what the report says of them. It asks the model alone."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from chirp_check.map.answers import EVENTS, Answers, block_node, template_node
from chirp_check.map.areas import SHARED, route_areas, template_areas
from chirp_check.map.atlas import Atlas, Edge, Gap, Node, Remark, RouteFacts
from chirp_check.map.edges import Edges
from chirp_check.map.regions import Regions
from chirp_check.model.applications import AppKey, application, application_keys, handlers
from chirp_check.model.entities import Route, Text
from chirp_check.model.model import Model
from chirp_check.model.outlines import template_outline
from chirp_check.model.pages import given_by, records_in
from chirp_check.model.responses import answers_of
from chirp_check.model.screens import shells
from chirp_check.model.templates import paths
from chirp_check.report.outcome import Report
from chirp_check.source import Span


def atlas(model: Model, report: Report) -> Atlas:
    """The map of everything that the model knows, with the findings and unknowns of the report."""
    builder = _Builder(model)
    keys = application_keys(model)
    for number, app in enumerate(keys):
        builder.add(app, *((f"{number}:", f"{_called(app)} ") if len(keys) > 1 else ("", "")))
    nodes = builder.placed()
    where = _Where(nodes.values(), builder.sites)
    remarks = tuple(
        Remark(one, tuple(dict.fromkeys(node for span in spans for node in where.of(span))))
        for one in report.diagnostics
        for spans in [(one.finding.at, *(label.span for label in one.finding.related))]
    )
    gaps = tuple(Gap(one, next(iter(where.of(one.span)), None)) for one in report.unknowns)
    edges = tuple(sorted(builder.edges, key=_order))
    return Atlas(
        tuple(application(model, app).span for app in keys),
        tuple(sorted(nodes.values(), key=lambda one: (one.kind, one.id))),
        tuple(one for one in edges if one.source in nodes and one.target in nodes),
        remarks,
        gaps,
    )


def _called(app: AppKey) -> str:
    return f"{app.path} ({app.ordinal + 1})" if app.ordinal else app.path


def _order(edge: Edge) -> tuple[str, ...]:
    return (edge.source, edge.target, edge.kind, edge.label, edge.via or "")


@dataclass(slots=True)
class _Builder:
    """Gathers the nodes and edges of one application after the other; templates of several are one node."""

    model: Model
    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    edges: dict[Edge, None] = field(default_factory=dict[Edge, None])
    sites: dict[Span, list[str]] = field(default_factory=dict[Span, list[str]])

    def add(self, app: AppKey, prefix: str, called: str) -> None:
        """Add one application; `prefix` tells its routes from those of others, `called` its areas."""
        routes = self._routes(app, prefix, called)
        self._handlers(app, prefix)
        whole = frozenset(shells(self.model, app))
        for path in sorted(paths(self.model, app)):
            self._template(path, path in whole)
        regions = Regions(self.model, app)
        found = Edges(self.model, app, routes, regions, self.sites)
        fresh: dict[tuple[str, ...], Edge] = {}
        for one in found.all():
            fresh.setdefault(_order(one), one)
        self.edges.update(dict.fromkeys(fresh.values()))
        self.nodes.update(regions.nodes)
        for key, node in regions.nodes.items():
            if node.parent is not None and node.parent not in self.nodes:
                del self.nodes[key]

    def _routes(self, app: AppKey, prefix: str, called: str) -> tuple[str, ...]:
        known = application(self.model, app)
        areas = route_areas([one.path.value if one.path is not None else None for one in known.routes])
        reader = Answers(self.model, app)
        found: list[str] = []
        for index, route in enumerate(known.routes):
            values = answers_of(self.model, app, index)
            label = _label(route)
            key = self._free(f"route:{prefix}{label}")
            for record in records_in(values or ()):
                self.sites.setdefault(record.span, []).append(key)
            answers = reader.of(values)
            name = route.name.value if isinstance(route.name, Text) else route.name
            facts = RouteFacts(
                None if route.methods is None else tuple(sorted(route.methods)),
                None if route.path is None else route.path.value,
                name if isinstance(name, str) else None,
                route.handler,
                answers,
                any(one.kind in EVENTS for one in answers),
            )
            self.nodes[key] = Node(key, "route", label, route.span, called + areas[index], route=facts)
            self._renders(key, facts)
            found.append(key)
        return tuple(found)

    def _handlers(self, app: AppKey, prefix: str) -> None:
        """The functions that answer errors."""
        reader = Answers(self.model, app)
        for handler, answering in handlers(self.model, app).of_errors:
            values = given_by(self.model, answering)
            key = self._free(f"handler:{prefix}{handler.name}")
            for record in records_in(values):
                self.sites.setdefault(record.span, []).append(key)
            facts = RouteFacts(None, None, None, handler, reader.of(values), streams=False)
            self.nodes[key] = Node(key, "handler", f"on error: {handler.name}", handler.span, SHARED, route=facts)
            self._renders(key, facts)

    def _renders(self, key: str, facts: RouteFacts) -> None:
        for one in facts.answers:
            if one.node is not None:
                self.edges[Edge(key, one.node, "renders", _rendering(one.kind, one.audience), None)] = None

    def _free(self, key: str) -> str:
        """The key, numbered where another node has it."""
        number = 1
        made = key
        while made in self.nodes:
            number += 1
            made = f"{key} ({number})"
        return made

    def _template(self, path: str, is_page: bool) -> None:
        key = template_node(path)
        known = self.nodes.get(key)
        if known is not None:
            self.nodes[key] = replace(known, page=known.page or is_page)
            return
        name = next(name for name in self._names(path))
        self.nodes[key] = Node(key, "template", name, Span(path, 0, 0), "", page=is_page)
        for block in template_outline(self.model, path).blocks:
            at = Span(path, block.start, block.end)
            one = block_node(path, block.name.name)
            self.nodes[one] = Node(one, "block", block.name.name, at, "", key)

    def _names(self, path: str) -> Iterator[str]:
        for app in application_keys(self.model):
            name = paths(self.model, app).get(path)
            if name is not None:
                yield name
        yield path

    def placed(self) -> dict[str, Node]:
        """The nodes, each with the area that it belongs to."""
        areas = template_areas(self.nodes, self.edges)
        return {
            key: node if node.route is not None else replace(node, area=areas[node.parent or key])
            for key, node in self.nodes.items()
        }


def _label(route: Route) -> str:
    methods = "?" if route.methods is None else ",".join(sorted(route.methods))
    return f"{methods} {'?' if route.path is None else route.path.value}"


def _rendering(kind: str, audience: str) -> str:
    return kind if audience == "all" else f"{kind} for {audience}"


class _Where:
    """Tells which nodes a place is in: the innermost of a template; the routes whose handler or answer it is."""

    def __init__(self, nodes: Iterable[Node], sites: Mapping[Span, list[str]]) -> None:
        found: dict[str, dict[Span, list[str]]] = {}
        for node in nodes:
            places = [node.span] if node.span is not None and node.kind != "template" else []
            handler = node.route.handler if node.route is not None else None
            places += [handler.function] if handler is not None else []
            for span in places:
                found.setdefault(span.path, {}).setdefault(span, []).append(node.id)
        for span, keys in sites.items():
            found.setdefault(span.path, {}).setdefault(span, []).extend(keys)
        self._places = {path: sorted(ones.items(), key=lambda one: one[0]) for path, ones in found.items()}
        self._starts = {path: [span.start for span, _ in ones] for path, ones in self._places.items()}
        self._templates = {node.span.path: node.id for node in nodes if node.kind == "template" and node.span}

    def of(self, span: Span) -> tuple[str, ...]:
        """The nodes that a place is in; its template where there is no smaller; none for other files."""
        known = self._places.get(span.path, [])
        last = bisect_right(self._starts.get(span.path, []), span.start)
        around = [one for one in known[:last] if one[0].end >= span.end and one[0].end > span.start]
        if around:
            smallest, _ = min(around, key=lambda one: one[0].end - one[0].start)
            return tuple(dict.fromkeys(key for at, keys in around if at == smallest for key in keys))
        template = self._templates.get(span.path)
        return () if template is None else (template,)
