"""What an application does when it is asked everything its script says: the facts that a mistake can change.

Every fact is a line of text: the status of a request, a request that a page would send and nothing answers, an id that
is not on the page when an answer is to go there. Runs of digits are one `N`.
"""

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping
from urllib.parse import urljoin

from benchmarks.mutants.dom import Node, parse, resolve, swap, target_of
from benchmarks.mutants.scripts import Script, Step
from chirp import App
from chirp.http.response import Response
from chirp.testing import TestClient

VERBS = ("get", "post", "put", "patch", "delete")
HTMX = {"HX-Request": "true"}
ANSWER = "answer of "  # how a fact about a body begins
PAGE = "the page of "  # how a fact about a page begins that does not hold together
SENT = re.compile(r"for|list|form|aria-(?:labelledby|describedby|controls)|hx-(?:include|indicator|disabled-elt)")
# Attributes without a value, and those that may be empty.
FLAGS = frozenset(
    {"allowfullscreen", "async", "autofocus", "autoplay", "checked", "controls", "crossorigin", "defer", "default"}
    | {"disabled", "download", "formnovalidate", "hidden", "inert", "ismap", "loop", "multiple", "muted", "nomodule"}
    | {
        "novalidate",
        "open",
        "popover",
        "readonly",
        "required",
        "reversed",
        "selected",
        "alt",
        "value",
        "action",
        "class",
    }
    | {"title", "placeholder", "href", "src", "content", "style", "id", "name", "for", "list", "label", "translate"}
)
WAIT = 5  # seconds, for an event
REDIRECTS = range(300, 400)


class Done(Exception):
    """Enough has been seen."""


async def observe(app: App, script: Script, note: Callable[[str], None], begin: Callable[[str], None]) -> None:
    """Asks everything, and notes each fact. `note` may raise `Done` to end it; `begin` hears the name of each part."""
    async with TestClient(app) as client:
        await _Visit(client, note, begin).run(script)


async def observe_steps(app: App, script: Script, note: Callable[[str], None]) -> None:
    """Only the steps of a script. The pages they start from are there as they are in the beginning."""
    async with TestClient(app) as client:
        await _Visit(client, note, lambda _: None).take_steps(script)


def alike(url: str) -> str:
    """A URL path with numbers as `N`."""
    return numberless(url.partition("?")[0].partition("#")[0])


def numberless(text: str) -> str:
    """A text with numbers as `N`."""
    return re.sub(r"\d+", "N", text)


def digest(text: str) -> str:
    """What a body says, without numbers, tokens, the spaces between words and the order of attributes."""
    text = re.sub(r"<(\w[^<>]*)>", lambda tag: f"<{' '.join(sorted(tag[1].split()))}>", text)
    words = numberless(re.sub(r"[\w+/=-]{20,}", "T", text)).split()
    return hashlib.sha1(" ".join(words).encode(errors="replace"), usedforsecurity=False).hexdigest()[:12]


class _Visit:
    def __init__(self, client: TestClient, note: Callable[[str], None], begin: Callable[[str], None]) -> None:
        self.client = client
        self.note = note
        self.begin = begin
        self.pages: dict[str, Node] = {}
        self.asked: set[tuple[str, str]] = set()
        self.pieces: set[tuple[str, str]] = set()

    async def run(self, script: Script) -> None:
        await self._prepare(script)
        for path in script.pages:
            self.begin(path)
            await self._page(path)
        for path, page in list(self.pages.items()):
            self.begin(path)
            await self._gets(path, page, page, 0)
        for at, step in enumerate(script.steps):
            self.begin(str(at))
            await self._step(step)
        self.begin("streams")
        await self._streams(script)

    async def take_steps(self, script: Script) -> None:
        await self._prepare(script)
        for path in {page: None for step in script.steps for page in (step.page, step.form) if page}:
            await self._opened(path)
        for step in script.steps:
            await self._step(step)

    async def _prepare(self, script: Script) -> None:
        for at, step in enumerate(script.before):
            self.begin(f"before {at}")
            await self._opened(step.form)
            await self._step(step)
        if script.before:
            await self.client.get("/")  # shows what is shown once: no page says more for being the first
        self.pages.clear()

    async def _opened(self, path: str) -> None:
        response = await self.client.get(path)
        self.note(f"GET {path} browser: {response.status}")
        if "<html" in response.text:
            self.pages[path] = parse(response.text)

    async def _streams(self, script: Script) -> None:
        """The events of each stream, and what the pages wait for."""
        given: dict[str, set[str]] = {}
        for path, count in script.streams:
            async with asyncio.timeout(WAIT), self.client.events(path) as events:
                names = given.setdefault(alike(path), set())
                for _ in range(count):
                    event = await anext(events)
                    names.add(event.event or "message")
                    self.note(f"{ANSWER}{path} event {event.event}: {digest(event.data)}")
        for path, page in self.pages.items():
            for source in [node for node in page.walk() if "sse-connect" in node.attributes]:
                await self._waits(path, source, given)

    async def _waits(self, path: str, source: Node, given: dict[str, set[str]]) -> None:
        url = urljoin(path, source.attributes["sse-connect"])
        async with self.client.stream("GET", url) as answer:
            self.note(f"{PAGE}{alike(path)}: connects to {alike(url)}, which gives {answer.content_type}")
        for node in (source, *source.walk()):
            for name in filter(None, node.attributes.get("sse-swap", "").split(",")):
                if name.strip() not in given.get(alike(url), ()):
                    self.note(f"{PAGE}{alike(path)}: waits for {name}, which {alike(url)} does not give")

    async def _page(self, path: str) -> None:
        for headers in ({}, HTMX):
            response = await self.client.get(path, headers=headers)
            self._answered(f"GET {path} {'htmx' if headers else 'browser'}", response)
            await self._follow(response)
            if not headers and "<html" in response.text:
                page = self.pages[path] = parse(response.text)
                await self._links(page, path)
                self._targets(page, page, path)
                self._holds(page, page, path)
            elif not headers and response.content_type.startswith("text/html"):
                await self._links(parse(response.text), path)

    def _answered(self, asked: str, response: Response) -> None:
        self.note(f"{asked}: {response.status}")
        self.note(f"{ANSWER}{asked}: {digest(response.text)}")

    async def _links(self, tree: Node, path: str) -> None:
        """What the elements would request: does a route take it?"""
        for element in tree.walk():
            for verb in VERBS:
                if f"hx-{verb}" in element.attributes:
                    await self._ask(verb.upper(), urljoin(path, element.attributes[f"hx-{verb}"]))
            if element.tag == "a" and "href" in element.attributes:
                await self._ask("GET", urljoin(path, element.attributes["href"]))
            if element.tag == "form" and "action" in element.attributes:
                await self._ask(
                    element.attributes.get("method", "get").upper(), urljoin(path, element.attributes["action"])
                )
            if "formaction" in element.attributes:
                form = element
                while form.parent is not None and form.tag != "form":
                    form = form.parent
                method = element.attributes.get("formmethod", form.attributes.get("method", "get"))
                await self._ask(method.upper(), urljoin(path, element.attributes["formaction"]))

    async def _ask(self, method: str, url: str) -> None:
        if not url.startswith("/") or (method, alike(url)) in self.asked:
            return
        self.asked.add((method, alike(url)))
        response = await self.client.options(url)
        allowed = (response.header("allow") or "").split(", ")
        if method not in allowed:
            self.note(f"{method} {alike(url)}: {405 if response.header('allow') else 404}")

    async def _follow(self, response: Response) -> None:
        location = response.header("hx-redirect")
        if response.status in REDIRECTS:
            location = response.header("location")
        if location is not None:
            await self._ask("GET", location)

    def _targets(self, tree: Node, page: Node, path: str) -> None:
        """The targets that elements of a tree name, all of them to be on the page."""
        for element in tree.walk():
            selector = element.attributes.get("hx-target", "this")
            if selector != "this" and resolve(selector, page) is None:
                self.note(f"{alike(path)}: no element for the target {numberless(selector)}")

    def _holds(self, tree: Node, page: Node, path: str) -> None:
        """What the elements of a tree refer to, all of it to be on the page; no id twice; files that are sent."""
        seen = Counter(node.attributes.get("id", "") for node in page.walk())
        for node in tree.walk():
            own = node.attributes.get("id", "")
            if own and seen[own] > 1:
                self.note(f"{PAGE}{alike(path)}: the id {numberless(own)} is there twice")
            for name, value in node.attributes.items():
                if (not value and name not in FLAGS and name.isalpha()) or '="' in value:
                    self.note(f"{PAGE}{alike(path)}: a value of <{node.tag}> ends at {name}")
            for name in filter(SENT.fullmatch, node.attributes):
                for word in node.attributes[name].replace(",", " ").split():
                    known = word.removeprefix("#") if word.startswith("#") or not name.startswith("hx-") else ""
                    if known and not seen[known]:
                        self.note(f"{PAGE}{alike(path)}: {name} names {numberless(known)}, which is not there")
            sent = node.attributes.keys() & {"enctype", "hx-encoding"}
            if node.tag == "form" and not sent and any(one.attributes.get("type") == "file" for one in node.walk()):
                self.note(f"{PAGE}{alike(path)}: a form does not send its files")

    def _lost(self, page: Node, path: str) -> None:
        """Targets of elements of a page that are gone after a swap."""
        for node in page.walk():
            selector = node.attributes.get("hx-target", "")
            if selector.startswith("#") and resolve(selector, page) is None:
                self.note(f"{PAGE}{alike(path)}: {numberless(selector)} is gone after a swap")

    async def _gets(self, path: str, page: Node, tree: Node, depth: int) -> None:
        """The pieces that the elements of a tree fetch, each put into a copy of the page."""
        for element in list(tree.walk()):
            if "hx-get" not in element.attributes:
                continue
            url = urljoin(path, element.attributes["hx-get"])
            if not url.startswith("/") or (alike(path), url_shape(url)) in self.pieces:
                continue
            self.pieces.add((alike(path), url_shape(url)))
            response = await self.client.get(url, headers=HTMX)
            self.note(f"GET {alike(url)} htmx: {response.status}")
            fresh = await self._enter(path, page, element, response)
            if fresh is not None and depth < 2:
                await self._gets(path, fresh[0], fresh[1], depth + 1)

    async def _enter(self, path: str, page: Node, element: Node, response: Response) -> tuple[Node, Node] | None:
        """A copy of the page with the answer in it, and the answer; notes targets that are not there."""
        if response.header("hx-reswap") == "none" or response.status >= 500 or "<html" in response.text:
            if response.status < 300 and "<html" in response.text and element.inherited("hx-select") is None:
                self.note(f"{PAGE}{alike(path)}: a whole document goes into <{element.tag}>'s target")
            return None
        copy, twin = _copy(page, element)
        retarget = response.header("hx-retarget")
        target = resolve(retarget, copy) if retarget is not None else target_of(twin, copy)[0]
        if retarget is not None and target is None:
            self.note(f"{alike(path)}: no element for the target {numberless(retarget)}")
        if target is None:
            return None
        tree = parse(response.text)
        aside = [node for node in tree.walk() if "hx-swap-oob" in node.attributes]
        for node in aside:
            if node.parent is not None:
                node.parent.children.remove(node)
        found = twin.inherited("hx-swap")
        style = (response.header("hx-reswap") or (found[1] if found else "innerHTML")).split()[0]
        piece = Node("", {})
        piece.children = list(tree.children)
        swap(target, style, tree.children)
        for node in aside:
            self._aside(node, copy, path)
        await self._links(piece, path)
        self._targets(piece, copy, path)
        if style != "delete" and response.status < 300:
            self._holds(piece, copy, path)
            self._lost(copy, path)
        return copy, piece

    def _aside(self, node: Node, page: Node, path: str) -> None:
        how, _, selector = node.attributes["hx-swap-oob"].partition(":")
        wanted = selector or f"#{node.attributes.get('id', '')}"
        target = resolve(wanted, page)
        if target is None:
            self.note(f"{alike(path)}: no element for what goes out of band to {numberless(wanted)}")
            return
        swap(target, "outerHTML" if how == "true" else how, [node] if how in ("true", "outerHTML") else node.children)

    async def _step(self, step: Step) -> None:
        headers = HTMX if step.page else {}
        mode = f"from {step.page}" if step.page else "browser"
        path, fields = await self._filled(step) if step.form else (step.path, step.fields)
        data = dict(fields) if step.method != "DELETE" and step.method != "GET" else None
        response = await self.client.request(step.method, path, headers=headers, data=data)
        shown = "&".join(f"{key}={value}" for key, value in step.fields.items())
        self._answered(f"{step.method} {step.path} {shown} {mode}", response)
        await self._follow(response)
        page = self.pages.get(step.page)
        if page is None:
            return
        for element in page.walk():
            url = element.attributes.get(f"hx-{step.method.lower()}")
            if url is not None and alike(url) == alike(step.path):
                await self._enter(step.page, page, element, response)
                return
        if response.header("hx-retarget") is not None:
            await self._enter(step.page, page, page.children[-1], response)

    async def _filled(self, step: Step) -> tuple[str, Mapping[str, str]]:
        """Where the form of a step goes and what it sends: what stands in it, with what is filled in."""
        page = parse((await self.client.get(step.form)).text)
        forms = [(node, url) for node in page.walk() if (url := _goes(node, step)) is not None]
        if not forms:
            return step.path, step.fields
        form, url = next((one for one in forms if one[1] == step.path), forms[0])
        inputs = [node for node in form.walk() if "name" in node.attributes]
        known = {node.attributes["name"] for node in inputs}
        written = {
            node.attributes["name"]: node.attributes.get("value", "")
            for node in inputs
            if node.tag == "input" and node.attributes.get("type") not in ("radio", "checkbox")
        }
        return url, written | {name: value for name, value in step.fields.items() if name in known}


def _goes(form: Node, step: Step) -> str | None:
    """Where a form goes, if that is where a step goes."""
    posts = form.attributes.get("method", "get").lower() == "post"
    by_htmx = form.attributes.get(f"hx-{step.method.lower()}") if step.page else None
    url = by_htmx or (form.attributes.get("action") if posts else None)
    return url if form.tag == "form" and url is not None and alike(url) == alike(step.path) else None


def url_shape(url: str) -> str:
    """A URL with its query, numbers as `N`, values of the query left out."""
    path, _, query = url.partition("?")
    return f"{alike(path)}?{re.sub(r'=[^&]*', '', query)}"


def _copy(page: Node, element: Node) -> tuple[Node, Node]:
    """A copy of the page, and what the element is there."""
    at = next((at for at, node in enumerate(page.walk()) if node is element), 0)
    copy = page.copied()
    return copy, next(node for index, node in enumerate(copy.walk()) if index == at)
