"""Hover: where a block is defined, through which templates it is inherited, and what renders it."""

from chirp_check.model.entities import BlockUse, Route
from chirp_check.source import Span
from chirp_lsp.features.blocks import BlockNamed, named_at, uses
from chirp_lsp.protocol import AtPosition, Hover, MarkupContent
from chirp_lsp.view import View, Views

MARKDOWN = "markdown"
PLAIN = "plaintext"
MOST_SITES = 20


def hover(views: Views, at: AtPosition, *, kind: str) -> Hover | None:
    """What to say about the name at a position, or None; `kind` is the format of the text."""
    found = views.of(at.text_document.uri)
    if found is None:
        return None
    view, path = found
    named = named_at(view.analysis.model, path, view.place(path, at.position))
    blocks = [one for one in named if isinstance(one, BlockNamed)]
    if not blocks:
        return None
    text = "\n\n".join(_described(view, one) for one in blocks)
    if kind == PLAIN:
        text = text.replace("`", "").replace("**", "")
    return Hover(contents=MarkupContent(kind=kind, value=text), range=view.range(view.written(blocks[0].span)))


def _described(view: View, named: BlockNamed) -> str:
    model, block = view.analysis.model, named.block
    lines = [f"**block `{block.block.name.name}`** in `{_place(view, block.span)}`"]
    chain = model.chain(named.path)
    if len(chain) > 1:
        lines.append("extends: " + " → ".join(f"`{path}`" for path in chain))
    sites = uses(model, block)
    if not sites:
        lines.append("no handler renders it by itself")
    else:
        shown = [f"- {_site(view, use)}" for use in sites[:MOST_SITES]]
        more = [f"- and {len(sites) - MOST_SITES} more"] if len(sites) > MOST_SITES else []
        lines.append("\n".join(["rendered by", "", *shown, *more]))
    return "\n\n".join(lines)


def _site(view: View, use: BlockUse) -> str:
    """A place that renders a block: the handler and its route where they are known."""
    where = f"`{use.site.kind}` in `{_place(view, use.block.span)}`"
    routes = [route for route in view.analysis.model.routes() if _encloses(route, use.site.span)]
    if not routes:
        return where
    names = ", ".join(dict.fromkeys(_route(route) for route in routes))
    return f"{names}: {where}"


def _encloses(route: Route, span: Span) -> bool:
    function = route.handler.function if route.handler is not None else None
    return (
        function is not None
        and function.path == span.path
        and function.start <= span.start
        and span.end <= function.end
    )


def _route(route: Route) -> str:
    name = route.handler.name if route.handler is not None else ""
    methods = "any method" if route.methods is None else " ".join(sorted(route.methods))
    return f"`{name}` ({methods} `{route.path.value}`)" if route.path is not None else f"`{name}`"


def _place(view: View, span: Span) -> str:
    return f"{span.path}:{view.range(view.written(span)).start.line + 1}"
