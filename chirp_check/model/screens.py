"""What is on the screen together: a full render with what requests made from it can swap in.

Navigation opens another screen, so it does not join two; only requests of htmx do.
"""

from collections.abc import Callable as Function
from dataclasses import dataclass
from functools import cached_property

from chirp_check.facts.templates import Element
from chirp_check.grammar.hx import REQUESTS
from chirp_check.grammar.selectors import Pieces
from chirp_check.model.applications import Application
from chirp_check.model.entities import Pattern, Route, Text
from chirp_check.model.markup import NO_IDS, Ids, Markup, attribute, texts
from chirp_check.model.responses import Response
from chirp_check.model.routes import is_local


@dataclass(frozen=True, slots=True)
class Screen:
    """The files whose markup can be on one screen; `open` when an answer that nobody sees may bring others.

    `rendered` are those that the page itself is made of: there `hx-swap-oob` is an attribute without effect.
    """

    files: frozenset[str]
    rendered: frozenset[str]
    open: bool


class Screens:
    """The screens of one application.

    `answers` gives what the handler of a route can answer; None where it is not known.
    """

    def __init__(
        self,
        application: Application,
        markup: Markup,
        full: frozenset[str],
        answers: Function[[Route], Response | None],
    ) -> None:
        self._application = application
        self._markup = markup
        self._full = full
        self._answers = answers
        self._screens: dict[str, Screen] = {}
        self._requests: dict[str, tuple[frozenset[str], bool]] = {}
        self._ids: dict[Screen, Ids] = {}

    def holds(self, path: str, wanted: Pieces, *, is_numbered: bool = False) -> bool:
        """Whether some screen that can show the template at `path` may hold an element with this id.

        `is_numbered`: the holes in it are whole numbers.
        """
        screens = [self.screen(shell) for shell in sorted(self._full)]
        showing = [screen for screen in screens if path in screen.files] or [self._everything]
        return any(
            screen.open or self._screen_ids(screen).may_have(wanted, is_numbered=is_numbered) for screen in showing
        )

    @cached_property
    def _everything(self) -> Screen:
        templates = self._application.templates
        files = frozenset(templates.paths)
        parts = [templates.composed(path) for path in files]
        return Screen(files, files, any(part.open or part.broken for part in parts))

    def _screen_ids(self, screen: Screen) -> Ids:
        known = self._ids.get(screen)
        if known is None:
            known = self._ids[screen] = self._joined_ids(screen)
        return known

    def _joined_ids(self, screen: Screen) -> Ids:
        ids = NO_IDS
        for path in screen.files:
            ids = ids | self._markup.ids(path)
        for path in screen.rendered:
            ids = ids | self._markup.oob_ids(path)
        return ids

    def screen(self, shell: str) -> Screen:
        """The screen that starts with a full render of the template at `shell`."""
        known = self._screens.get(shell)
        if known is None:
            known = self._screens[shell] = self._spread(shell)
        return known

    def _spread(self, shell: str) -> Screen:
        templates = self._application.templates
        seen: set[str] = set()
        pending = [shell]
        is_open = False
        while pending:
            composed = templates.composed(current := pending.pop())
            # A mistake in what is swapped in is reported there; in the page itself it would be reported twice.
            is_open = is_open or composed.open or (composed.broken and current == shell)
            for path in composed.files - seen:
                seen.add(path)
                more, unseen = self._requested(path)
                is_open = is_open or unseen
                pending += [one for one in more if one not in seen]
        return Screen(frozenset(seen), templates.composed(shell).files, is_open)

    def _requested(self, path: str) -> tuple[frozenset[str], bool]:
        """The templates that answers to the requests of a file's elements bring, and whether others may come."""
        known = self._requests.get(path)
        if known is None:
            known = self._requests[path] = self._brought(path)
        return known

    def _brought(self, path: str) -> tuple[frozenset[str], bool]:
        facts = self._application.templates.facts(path)
        found: set[str] = set()
        unseen = False
        for element in facts.elements if facts is not None else ():
            for url in _requests(element, path):
                names, is_open = self._answered(url, set())
                found |= names
                unseen = unseen or is_open
        return frozenset(found), unseen

    def _answered(self, url: Text | Pattern, followed: set[Text | Pattern]) -> tuple[set[str], bool]:
        if url in followed:
            return set(), False
        followed.add(url)
        table = self._application.routes
        reach = table.reach(url) if is_local(url) else None
        is_open = reach.open if reach is not None else not table.complete
        found: set[str] = set()
        for route in reach.routes if reach is not None else table.routes:
            answer = self._answers(route)
            if answer is None:
                is_open = True
                continue
            is_open = is_open or answer.open
            paths = (self._application.templates.path(name) for name in answer.templates)
            found |= {one for one in paths if one is not None}
            for redirect in answer.redirects:
                names, unseen = self._answered(redirect, followed)
                found |= names
                is_open = is_open or unseen
        return found, is_open


def _requests(element: Element, path: str) -> list[Text | Pattern]:
    """The URLs that an element requests through htmx; a boosted one with a target of its own is among them."""
    found: list[Text | Pattern] = []
    for verb in REQUESTS:
        one = attribute(element, verb)
        found += texts(one.value, path) if one is not None else ()
    boosted = attribute(element, "hx-boost") is not None and attribute(element, "hx-target") is not None
    if boosted:
        for name in ("href", "action"):
            one = attribute(element, name)
            found += texts(one.value, path) if one is not None else ()
    return [url for url in found if not isinstance(url, Text) or url.value]
