"""An answer beside the model: what its handler gave, whether it could be rendered, where it leads, and what it does to
the page of whoever asked.

What a script, a middleware of the application's own, or a handler that the text does not show may have done is passed
over.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from chirp._internal.asgi import Scope
from chirp.check import contract_of, live_route
from chirp.contract.browser import Browser, Sent
from chirp.contract.dom import Node, read
from chirp.contract.given import seen, template_of
from chirp.contract.htmx import Unsure, requests_of
from chirp.contract.mismatch import ContractMismatch, Mismatch
from chirp.contract.swapping import Fault
from chirp.contract.watching import KEY, Watch, Watched
from chirp.describe import RouteDescription
from chirp.errors import MethodNotAllowed, NotFound
from chirp.exchange import Exchange
from chirp.http.response import Response
from chirp_check.contract import Places, Told

if TYPE_CHECKING:
    from chirp.app import App
    from chirp_check.live import LiveRoute

_ERRORS_SWAPPED = ("responseHandling", "shouldSwap", "beforeSwap", "before-swap", "beforeOnLoad", "response-targets")
_GUARDED = frozenset({"unknown-target", "lost-target"})


class Comparison:
    """Compares the answers of one application that one client gets."""

    def __init__(self, app: App) -> None:
        self.watched: Watched = Watched(app)
        self.browser: Browser = Browser()
        self._contract = contract_of(app.describe())

    def renew(self) -> None:
        """Take in what has changed on the disk."""
        self._contract.renew()

    @property
    def is_outdated(self) -> bool:
        """Whether the code on the disk is not the code that was there at first."""
        return self._contract.is_outdated

    def template_of(self, watch: Watch) -> str | None:
        """The template that a handler gave."""
        return template_of(seen(watch.given[0])) if len(watch.given) == 1 else None

    def begun(self, scope: Scope, content: bytes) -> tuple[Exchange, Callable[[Response | None], None]]:
        """A request on its way, and what takes its answer: it raises ContractMismatch.

        Without the answer, only what its handler gave is compared.
        """
        watch, sent = Watch(), sent_by(scope)

        def compare(response: Response | None) -> None:
            found = self.of_answer(sent, response, watch)
            if response is not None:
                found += self.of_page(self.browser, sent, response, watch)
            mismatches = self.shown(found)
            if mismatches:
                raise ContractMismatch(f"{sent.method} {sent.url}", mismatches)

        return Exchange(self.watched, {**scope, KEY: watch}, content), compare

    def of_answer(self, sent: Sent, response: Response | None, watch: Watch) -> list[Told]:
        """What is wrong with an answer by itself; without a response with what the handler gave."""
        route = self._route(sent)
        found = [*self._value(route, watch), *self._failure(route, watch)]
        if response is not None:
            found += self._redirect(response)
            if response.content_type.startswith("text/html") and response.status < 400:
                found += self._urls(response)
        return found

    def of_page(self, browser: Browser, sent: Sent, response: Response, watch: Watch) -> list[Told]:
        """What is wrong with an answer on the page of whoever asked; it is put into that page."""
        route = self._route(sent)
        given = seen(watch.given[0]) if len(watch.given) == 1 else None
        at = self._contract.places(route, given) if route is not None and given is not None else ()
        faults = browser.take(sent, response, template_of(given))
        return [self.of_fault(one, at) for one in faults if self._holds(one, watch)]

    def of_fault(self, fault: Fault, at: Places = ()) -> Told:
        """The same with the places where templates write it, before others."""
        return Told(fault.rule, fault.message, (*self._contract.elements(*fault.attributes), *at), fault.help)

    def shown(self, found: Iterable[Told]) -> tuple[Mismatch, ...]:
        """What is to be said: not what the project does not want to hear."""
        kept = (one for one in dict.fromkeys(found) if not self._contract.is_silenced(one))
        return tuple(self._mismatch(one) for one in kept)

    def _mismatch(self, told: Told) -> Mismatch:
        shown = self._contract.shown(told)
        return Mismatch(told.rule, told.message, self._contract.lines(told), told.help, shown)

    def _route(self, sent: Sent) -> LiveRoute | None:
        path = unquote(urlsplit(sent.url).path)
        try:
            found = self.watched.runtime.router.match(sent.method, path).route
        except NotFound, MethodNotAllowed:
            return None
        return live_route(RouteDescription(found.path, found.methods, found.name, found.handler, found.origin))

    # What the handler gave.

    def _value(self, route: LiveRoute | None, watch: Watch) -> Iterator[Told]:
        if route is not None and len(watch.given) == 1:
            told = self._contract.unexplained(route, seen(watch.given[0]))
            if told is not None:
                yield told

    def _failure(self, route: LiveRoute | None, watch: Watch) -> Iterator[Told]:
        """A value that cannot be rendered for the reasons that rules exclude."""
        from kida import TemplateNotFoundError, UndefinedError

        error = watch.error
        if route is None or len(watch.given) != 1:
            return
        places = self._contract.places(route, seen(watch.given[0]))
        match error:
            case UndefinedError(kind="variable"):
                said = f"`{error.name}` is looked up in `{error.template}`, and is not there"
                yield Told(
                    "missing-context", said, (*places, *self._contract.line(error.template or "", error.lineno or 0))
                )
            case TemplateNotFoundError():
                yield Told("unknown-template", f"{str(error).partition(' not found')[0].lower()} is not found", places)
            case _:
                return

    # Where it leads.

    def _redirect(self, response: Response) -> Iterator[Told]:
        for name in ("location", "hx-redirect"):
            url = response.header(name)
            if url is not None and self._wrong("GET", url) is not None:
                yield Told("unrouted-url", f"the answer leads to `{url}`, and no route answers GET there")

    def _urls(self, response: Response) -> Iterator[Told]:
        """The URLs that elements of an answer ask for, which no route answers."""
        if "hx-" not in response.text and "<form" not in response.text:
            return
        for node in read(response.text).walk():
            for name, method, url in _asked(node):
                rule = self._wrong(method, url)
                if rule is not None:
                    said = f"`{node}` asks for {method} `{url}`, which no route answers"
                    yield Told(rule, said, self._contract.elements((name, url)))

    def _wrong(self, method: str, url: str) -> str | None:
        """The rule that a URL of the application breaks."""
        parts = urlsplit(url)
        if self.watched.foreign or parts.scheme or parts.netloc or not parts.path.startswith("/"):
            return None
        path = unquote(urljoin("/", parts.path))
        try:
            self.watched.runtime.router.match(method, path)
        except MethodNotAllowed:
            return "wrong-method"
        except NotFound:
            return "unrouted-url"
        return None

    # What a page says.

    def _holds(self, fault: Fault, watch: Watch) -> bool:
        """Whether nothing that is not modelled can have made it right."""
        contract = self._contract
        if fault.rule in _GUARDED and fault.word and contract.in_scripts([fault.word]):
            return False
        if fault.loose and contract.may_hold(fault.template, fault.word):
            return False
        if fault.rule == "unswapped-error":
            return bool(watch.given) and not contract.in_scripts(_ERRORS_SWAPPED)
        return True


def sent_by(scope: Scope) -> Sent:
    """A request as the browser has sent it."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = scope["query_string"].decode("latin-1")
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    return Sent(scope["method"], f"{path}?{query}" if query else path, headers)


def _asked(node: Node) -> Iterator[tuple[str, str, str]]:
    """What an element asks for: the attribute, the method and the URL."""
    try:
        for method, url in requests_of(node):
            yield f"hx-{method.lower()}", method, url
    except Unsure:
        return
    if node.tag == "form" and node.attributes.get("action"):
        method = node.attributes.get("method", "get").upper()
        yield "action", "POST" if method == "POST" else "GET", node.attributes["action"]
