"""The map as a value: nodes and edges with their places in the text, sorted: the same project gives the same map."""

from dataclasses import dataclass
from typing import Literal

from chirp_check.diagnostic import Diagnostic
from chirp_check.model.entities import HandlerRef, Unknown
from chirp_check.source import Span

type NodeKind = Literal["route", "handler", "template", "block", "region"]
type EdgeKind = Literal[
    "renders",
    "extends",
    "includes",
    "imports",
    "requests",
    "submits",
    "links",
    "connects",
    "redirects",
    "swaps",
    "aside",
    "events",
]
type Audience = Literal["all", "browser", "htmx"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing that a route can answer with: the class or kind of value, for whom, and what comes of it.

    `node` is what it renders, None for anything else and for what is not there; `shown` says the same in words.
    `known` is false for what the text does not determine. `aside`: it comes beside another part, out of band.
    """

    kind: str
    audience: Audience
    shown: str
    node: str | None = None
    status: int | None = None
    known: bool = True
    aside: bool = False


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """What a route has beyond a label: `methods` and `path` are None where the text does not determine them."""

    methods: tuple[str, ...] | None
    path: str | None
    name: str | None
    handler: HandlerRef | None
    answers: tuple[Answer, ...]
    streams: bool


@dataclass(frozen=True, slots=True)
class Node:
    """Something of the application. `parent` is the template that a block or region is in.

    `area` is the part of the application that it belongs to: the beginning of a path, or "shared". `page`: a template
    that some handler renders in full.
    """

    id: str
    kind: NodeKind
    label: str
    span: Span | None
    area: str
    parent: str | None = None
    page: bool = False
    route: RouteFacts | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """One node has to do with another: `label` is the method, the swap style, the event or the kind of answer.

    `via` is the node whose element asks for a swap; `span` where it is written; `sure` is false for one of several
    that may be meant.
    """

    source: str
    target: str
    kind: EdgeKind
    label: str
    span: Span | None
    via: str | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding, with the nodes that its places are in: that of the place itself first."""

    diagnostic: Diagnostic
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that the text does not determine, and the node that it is in."""

    unknown: Unknown
    node: str | None


@dataclass(frozen=True, slots=True)
class Atlas:
    """The whole map. `applications` are the places of the `App(…)` calls, None for a project without one."""

    applications: tuple[Span | None, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    remarks: tuple[Remark, ...]
    gaps: tuple[Gap, ...]
