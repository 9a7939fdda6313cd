"""Go to definition: from a name in Python to the template or block, from a block to the places that render it."""

from chirp_check.model.model import Model
from chirp_check.source import Span
from chirp_lsp.features.blocks import BlockNamed, TemplateNamed, named_at, uses
from chirp_lsp.protocol import AtPosition, Location, LocationLink
from chirp_lsp.view import View, Views


def definition(views: Views, at: AtPosition, *, links: bool) -> tuple[Location | LocationLink, ...]:
    """The places that the name at a position leads to; as links for a client that takes them."""
    found = views.of(at.text_document.uri)
    if found is None:
        return ()
    view, path = found
    model = view.analysis.model
    named = named_at(model, path, view.place(path, at.position))
    pairs = ((view.written(one.span), view.written(to)) for one in named for to in _targets(model, one))
    places = tuple(_link(view, *pair) if links else view.location(pair[1]) for pair in pairs)
    return tuple(dict.fromkeys(places))


def _targets(model: Model, named: BlockNamed | TemplateNamed) -> tuple[Span, ...]:
    if isinstance(named, TemplateNamed):
        return (Span(named.path, 0, 0),)
    if named.span == named.block.span:
        return tuple(use.block.span for use in uses(model, named.block))
    return (named.block.span,)


def _link(view: View, origin: Span, target: Span) -> LocationLink:
    place = view.range(target)
    return LocationLink(
        origin_selection_range=view.range(origin),
        target_uri=view.uri(target.path),
        target_range=place,
        target_selection_range=place,
    )
