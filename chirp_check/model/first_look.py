"""What every run asks of every template, asked while the facts of that template are at hand.

Whoever needs the answers for all templates finds them known, and does not bring the facts of each back once more.
"""

from collections.abc import Callable
from contextlib import suppress

from chirp_check.model.htmx import loaded_in
from chirp_check.model.hx_faults import extends_in
from chirp_check.model.markup import scripts_in
from chirp_check.model.memory import Queries
from chirp_check.model.openings import openings
from chirp_check.model.outlines import template_outline
from chirp_check.model.swaps import sets_style
from chirp_check.model.templates import template_files
from chirp_check.model.unswapped import tells_of_errors

_QUESTIONS: tuple[Callable[[Queries, str], object], ...] = (
    template_outline,
    openings,
    loaded_in,
    extends_in,
    scripts_in,
    sets_style,
    tells_of_errors,
)


def look_first(model: Queries) -> None:
    """Ask them, template by template."""
    for path in template_files(model):
        with suppress(Exception):  # raised again where it is asked, and reported there
            for question in _QUESTIONS:
                question(model, path)
