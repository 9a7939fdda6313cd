"""Fragments as they stand in a response that is not theirs alone."""

from collections.abc import Iterable

from chirp.templating.integration import Engine
from chirp.templating.oob import out_of_band
from chirp.templating.returns import Fragment


def render_fragments(fragments: Iterable[Fragment], engine: Engine, *, htmx4: bool) -> str:
    """Fragments for their own targets; by default a fragment's target is the element named like its block."""
    pieces: list[str] = []
    for fragment in fragments:
        if not isinstance(fragment, Fragment):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"out of band goes Fragment only, not {type(fragment).__name__}")
        html = render_fragment(fragment, engine)
        target = fragment.block_name if fragment.target is None else fragment.target
        pieces.append(out_of_band(html, target, fragment.swap, htmx4=htmx4))
    return "".join(pieces)


def render_fragment(fragment: Fragment, engine: Engine) -> str:
    """Its block, wherever it goes."""
    return engine.render_block(fragment.template_name, fragment.block_name, fragment.context)
