"""The pages that a client got, and what the answers to requests of htmx make of them.

A page from which nothing is known to be missing says what is not on it; one that something unknown was put into is
`open`, and says nothing of the kind.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Self
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from chirp.contract.dom import Node, is_document, parse
from chirp.contract.htmx import (
    Plan,
    Settings,
    Unsure,
    is_boosted,
    plan_of,
    requests_of,
    settings_of,
)
from chirp.contract.selectors import select
from chirp.contract.swapping import GONE, Fault, Swap
from chirp.http.response import Response

MOST = 50  # pages that are kept
MARK = "data-chirp-source"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as a browser sends it: `url` is path and query, the names of `headers` are in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    is_marked: bool = False
    """Whether the element that sends it has the attribute `MARK`."""

    def _header(self, name: str) -> str | None:
        """A header as it was meant: htmx 2 encodes what is not ASCII, and says so."""
        value = self.headers.get(name)
        return unquote(value) if value and self.headers.get(f"{name}-uri-autoencoded") == "true" else value

    @property
    def is_htmx(self) -> bool:
        """Whether the answer is swapped in, and does not open a page."""
        return self.headers.get("hx-request") == "true" and "hx-history-restore-request" not in self.headers

    @property
    def is_boosted(self) -> bool:
        return self.headers.get("hx-boosted") == "true"

    @property
    def target(self) -> str | None:
        """The id in HX-Target, as either version of htmx sends it."""
        value = self._header("hx-target")
        if value is None or "#" in value:
            return value and unquote(value.partition("#")[2])
        return None if "hx-source" in self.headers else value

    @property
    def trigger(self) -> str | None:
        """The id in HX-Trigger, which htmx 2 sends."""
        return self._header("hx-trigger")

    @property
    def current(self) -> str | None:
        """Path and query of the page that it comes from, if it says so."""
        value = self._header("hx-current-url")
        return None if value is None else _local(value)


@dataclass(slots=True)
class Page:
    """A page as it is after all swaps so far.

    `url` is its path and query, `template` what was rendered as a whole. `open`: an answer was put into it in a way
    that is not known.
    """

    url: str
    root: Node
    settings: tuple[Settings, ...]
    template: str | None = None
    open: bool = False
    _asked: tuple[Node, frozenset[tuple[str, str]]] | None = None

    @classmethod
    def of(cls, url: str, html: str, template: str | None) -> Self:
        root = parse(html)
        return cls(url, root, settings_of(root), template)

    @property
    def html(self) -> str:
        """The page as HTML."""
        return self.root.html

    def select(self, selector: str) -> list[Node]:
        """The elements that a CSS selector names. ValueError for one that is not understood."""
        return list(select(self.root, selector))

    def find(self, selector: str) -> Node:
        """The first element that a CSS selector names. LookupError when there is none."""
        found = next(select(self.root, selector), None)
        if found is None:
            raise LookupError(f"the page {self.url} has no element `{selector}`")
        return found

    def asks(self, sent: Sent) -> bool:
        """Whether an element may have sent a request: by its path alone."""
        if self._asked is None or self._asked[0] is not self.root:
            found = {pair for node in self.root.walk() for pair in _everything_asked(node, self.url)}
            self._asked = self.root, frozenset(found)
        return (sent.method, unquote(urlsplit(sent.url).path)) in self._asked[1]

    def has_id(self, name: str) -> bool:
        """Whether an element has this id."""
        return any(one.id == name for one in self.root.walk())


@dataclass(slots=True)
class Browser:
    """What a client has on its screen; pages that it got before are other tabs, from which requests may come, too."""

    current: Page | None = None
    _tabs: dict[str, Page] = field(default_factory=dict[str, Page])

    def take(self, sent: Sent, response: Response, template: str | None = None) -> Iterator[Fault]:
        """Do with an answer what a browser does. What cannot be meant is given. `template` is what it renders."""
        if sent.is_htmx:
            yield from self._swapped(sent, response)
        elif sent.method != "HEAD" and response.content_type.startswith("text/html") and is_document(response.text):
            self.show(Page.of(sent.url, response.text, template))

    def show(self, page: Page) -> None:
        """Open a page."""
        self._tabs.pop(page.url, None)
        self._tabs[page.url] = self.current = page
        if len(self._tabs) > MOST:
            del self._tabs[next(iter(self._tabs))]

    def _swapped(self, sent: Sent, response: Response) -> Iterator[Fault]:
        page = self._origin(sent)
        if page is None:
            yield from self._unknown_target(sent)
            if self.current is not None:
                self.current.open = True
            return
        self.show(page)
        if sent.target is not None and not page.open and not page.has_id(sent.target):
            page.open = True
            yield _not_there(sent, page)
            return
        if 300 <= response.status < 400 or any(response.header(name) is not None for name in GONE):
            page.open = True  # where it leads to is asked for next
            return
        yield from self._put(page, sent, response)

    def _put(self, page: Page, sent: Sent, response: Response) -> Iterator[Fault]:
        """The answer in the page, under each version of htmx that may run there; what all of them say is given."""
        made: list[tuple[Node, list[Fault]]] = []
        try:
            for settings in page.settings:
                root = page.root.copy()
                plan = _plan(root, page.url, sent, settings)
                swap = Swap(root, settings, plan)
                if plan.target is None:
                    swap.faults.append(_no_target(plan, page))
                else:
                    swap.apply(response)
                made.append((root, swap.faults))
        except Unsure:
            made = []
        if not made or any(root.html != made[0][0].html for root, _ in made):
            page.open = True
            return
        if not page.open:
            shared = (one for one in made[0][1] if all(one in faults for _, faults in made))
            yield from (replace(one, template=page.template) for one in shared)
        page.root = made[0][0]
        page.url = self._moved(page, sent, response)

    def _moved(self, page: Page, sent: Sent, response: Response) -> str:
        pushed = response.header("hx-push-url") or response.header("hx-replace-url")
        if pushed is None and sent.is_boosted and sent.method == "GET":
            pushed = sent.url
        if pushed in (None, "false"):
            return page.url
        self._tabs.pop(page.url, None)
        url = urljoin(page.url, str(pushed))
        self._tabs[url] = page
        return url

    def _origin(self, sent: Sent) -> Page | None:
        """The page that a request of htmx comes from: the one it names, or the latest with an element that sends it."""
        if sent.is_marked:
            return self.current
        if sent.current is not None:
            return self._tabs.get(sent.current)
        latest = [page for page in reversed(self._tabs.values()) if page is not self.current]
        for page in ([self.current] if self.current is not None else []) + latest:
            if page.settings and page.asks(sent) and any(_senders(page.root, page.url, sent, page.settings[0])):
                return page
        return None

    def _unknown_target(self, sent: Sent) -> Iterator[Fault]:
        """A target that no page has. That it stands on none of those that were not asked for is for others to say."""
        pages = self._tabs.values()
        wanted = sent.target
        if wanted is None or self.current is None or any(one.open or one.has_id(wanted) for one in pages):
            return
        said = f"the request is for `#{wanted}`, which no page has that was asked for"
        yield Fault("unknown-target", said, None, (("hx-target", f"#{wanted}"),), wanted, loose=True)


def _not_there(sent: Sent, page: Page) -> Fault:
    said = f"the request is for `#{sent.target}`, and the page `{page.url}` has no such element"
    return Fault("unknown-target", said, None, (("hx-target", f"#{sent.target}"),), sent.target or "")


def _no_target(plan: Plan, page: Page) -> Fault:
    said = f"`{plan.source}` asks for `{plan.target_text}`, and the page `{page.url}` has no such element"
    text = plan.target_text.strip()
    word = text.removeprefix("#") if text.startswith("#") else ""
    return Fault("unknown-target", said, None, (("hx-target", plan.target_text),), word)


def missing_target(page: Page) -> Iterator[Fault]:
    """What the element with `MARK` asks for, and the page does not have."""
    marked = Sent("", page.url, {}, is_marked=True)
    try:
        for settings in page.settings[:1]:
            plan = _plan(page.root, page.url, marked, settings)
            if plan.target is None:
                yield _no_target(plan, page)
    except Unsure:
        return


def _plan(root: Node, url: str, sent: Sent, settings: Settings) -> Plan:
    """How the answer to a request enters a page. Unsure where elements that send it do not agree."""
    plans = [plan_of(root, node, settings, boosted=sent.is_boosted) for node in _senders(root, url, sent, settings)]
    wanted = sent.target
    if wanted is not None:
        plans = [one for one in plans if one.target is None or one.target.id == wanted]
    if not plans:
        raise Unsure("nobody sends it")
    first = plans[0]
    if any((one.target, one.style, one.select) != (first.target, first.style, first.select) for one in plans):
        raise Unsure("several send it")
    return first


def _senders(root: Node, url: str, sent: Sent, settings: Settings) -> Iterator[Node]:
    """The elements of a page that may have sent a request."""
    if sent.is_marked:
        yield from (node for node in root.walk() if MARK in node.attributes)
        return
    name = unquote(sent.headers.get("hx-source", "").partition("#")[2]) or sent.trigger
    for node in root.walk():
        if name and node.id != name and "hx-request" in sent.headers:
            continue
        if (sent.is_boosted and node.tag not in ("a", "form")) or not node.attributes:
            continue
        try:
            asked = list(_boosted(node, settings) if sent.is_boosted else requests_of(node))
        except Unsure:
            continue
        if any(method == sent.method and _leads(urljoin(url, written), sent.url) for method, written in asked):
            yield node


def _everything_asked(node: Node, url: str) -> Iterator[tuple[str, str]]:
    """Method and path of what an element may ask for, by htmx or boosted."""
    try:
        asked = list(requests_of(node))
    except Unsure:
        asked = []
    for method, written in (*asked, *_without_htmx(node)):
        yield method, unquote(urlsplit(urljoin(url, written)).path)


def _boosted(node: Node, settings: Settings) -> Iterator[tuple[str, str]]:
    if is_boosted(node, settings) and not any(requests_of(node)):
        yield from _without_htmx(node)


def _without_htmx(node: Node) -> Iterator[tuple[str, str]]:
    """Method and URL of what a link or a form asks for by itself."""
    if node.tag == "a" and "href" in node.attributes:
        yield "GET", node.attributes["href"]
    elif node.tag == "form":
        yield node.attributes.get("method", "get").upper(), node.attributes.get("action", "")


def _leads(written: str, asked: str) -> bool:
    """Whether a request may be one for a URL: inputs may have added to its query."""
    one, other = urlsplit(written), urlsplit(asked)
    if one.netloc or unquote(one.path) != unquote(other.path):
        return False
    there = parse_qsl(other.query, keep_blank_values=True)
    return all(pair in there for pair in parse_qsl(one.query, keep_blank_values=True))


def _local(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
