"""Routes asked for by a name, or with parameters, that they do not have."""

from collections.abc import Iterator, Mapping

from chirp_check.diagnostic import Edit, Finding, Fix
from chirp_check.grammar.names import nearest
from chirp_check.model.entities import RouteNameUse
from chirp_check.model.model import Model
from chirp_check.model.slips import is_slip
from chirp_check.rule import rule
from chirp_check.source import Span

STATIC = "static"  # the files of the static folder, whose route nobody registers


@rule("unknown-route-name", since="0.1.0")
def unknown_route_name(use: RouteNameUse, model: Model) -> Iterator[Finding]:
    """`url_for` is asked for a route that does not exist, or without a parameter of its path."""
    known = model.route_names(use)
    name = use.name.value
    if known is None or name == STATIC:
        return
    if name not in known:
        near = nearest(name, known)
        yield Finding(
            f"no route is called `{name}`",
            at=use.name.span,
            help=f"did you mean `{near}`?" if near is not None else None,
            fix=_renamed(use, near, model, known),
        )
        return
    yield from _parameters(use, known)


def _renamed(use: RouteNameUse, near: str | None, model: Model, known: Mapping[str, object]) -> Fix | None:
    span = use.name.span
    if near is None or span.end - span.start != len(use.name.value) + 2:
        return None
    safe = is_slip(model, use.name.value, near, known.keys())
    return Fix(f"ask for `{near}`", (Edit(Span(span.path, span.start + 1, span.end - 1), near),), safe)


def _parameters(use: RouteNameUse, known: Mapping[str, tuple[frozenset[str], ...]]) -> Iterator[Finding]:
    given, name = frozenset(use.given), use.name.value
    if use.open or any(wanted <= given for wanted in known[name]):
        return
    wanted = known[name][0]
    missing = sorted(wanted - given)
    near = next((nearest(one, given - wanted) for one in missing if nearest(one, given - wanted)), None)
    yield Finding(
        f"the route `{name}` needs {' and '.join(f'`{one}`' for one in missing)}",
        at=use.at,
        help=f"it is given `{near}`" if near is not None else None,
    )
