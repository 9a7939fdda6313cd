"""Where the text of a project and the live application disagree about routes.

What the text registers under conditions, in calls, or in a module that was not run may be missing for good reasons:
nothing is said of that.
"""

from collections.abc import Iterator, Mapping

import msgspec

from chirp_check.facts.handlers import If, Loop, Match, Try
from chirp_check.live import LiveFacts, LiveRoute
from chirp_check.model.applications import AppKey, application, application_keys
from chirp_check.model.domain import Callable
from chirp_check.model.entities import Text
from chirp_check.model.frame import Registration
from chirp_check.model.inputs import files, module_facts
from chirp_check.model.memory import Queries, table
from chirp_check.model.program import log
from chirp_check.source import Span


class Disagreement(msgspec.Struct, frozen=True, gc=False):
    """A route that only one of the two has; `live`: that is the running application."""

    path: str
    at: Span
    live: bool


@table
def _disagreements(model: Queries) -> Mapping[str, tuple[Disagreement, ...]]:
    live = model.settings.live
    found: dict[str, dict[Disagreement, None]] = {}
    for app in application_keys(model) if live is not None else ():
        for one in _of(model, app, live) if live is not None else ():
            found.setdefault(one.at.path, {})[one] = None
    return {path: tuple(ones) for path, ones in found.items()}


def disagreements(model: Queries, path: str) -> tuple[Disagreement, ...]:
    """The routes of one file that the text and the live application do not agree about."""
    return _disagreements.entry(model, path) or ()


def _of(model: Queries, app: AppKey, live: LiveFacts) -> Iterator[Disagreement]:
    span = application(model, app).span
    if span is None:
        return
    registered = [one for one in log(model).registrations if one.route.kind == "@route"]
    own = [one for one in registered if one.application == span]
    there = {one.path for one in live.routes}
    run = {_inside(model, one) for one in live.routes}
    for one in own:
        path = one.route.argument(0, "path")
        if isinstance(path, Text) and path.value not in there and one.span.path in run and _is_certain(model, one):
            yield Disagreement(path.value, path.span, live=False)
    if not _is_seen(model, app, registered):
        return
    written = {path.value for one in own if isinstance(path := one.route.argument(0, "path"), Text)}
    for route in live.routes:
        if route.path not in written and _inside(model, route) in application(model, app).files:
            yield Disagreement(route.path, span, live=True)


def _is_certain(model: Queries, one: Registration) -> bool:
    """Whether a route is registered whenever its module is run."""
    handler, facts = one.handler, module_facts(model, one.span.path)
    if not isinstance(handler, Callable) or handler.scope is not None or "." in handler.qualname or facts is None:
        return False
    choices = [each for each in facts.body if isinstance(each, (If, Loop, Match, Try))]
    return one.span.path == handler.module and not any(each.start <= one.span.start < each.end for each in choices)


def _is_seen(model: Queries, app: AppKey, registered: list[Registration]) -> bool:
    """Whether the text seems to show all routes: no path is computed, and no other code was given the application."""
    known = application(model, app)
    if (
        any(one.kind == "route" for one in known.unknowns)
        or next(log(model).of_kind("App.mount_pages"), None) is not None
    ):
        return False
    if any(place == known.span for place, _ in log(model).escapes):
        return False
    placed = {one.span for one in registered if one.application is not None}
    shown = (one.span in placed and isinstance(one.route.argument(0, "path"), Text) for one in registered)
    return all(shown)


def _inside(model: Queries, route: LiveRoute) -> str:
    """The file of a live handler as the project writes it; empty outside of it."""
    root = model.sources.root.rstrip("/") + "/"
    file = route.handler_file or ""
    inside = file.removeprefix(root) if file.startswith(root) else ""
    return inside if inside in files(model) else ""
