"""An application is asked everything its script says, in every mode of request: what it answers, and what fails.

It knows routes and templates only by their answers. Runs of digits are one `N` in the names of failures.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1
from html import unescape
from typing import TypeIs
from urllib.parse import urljoin

from benchmarks.confirmed.faults import Raised, is_contract, told
from benchmarks.confirmed.htmx_words import unread
from benchmarks.mutants.dom import Node, parse
from benchmarks.mutants.scripts import Script, Step
from chirp import App
from chirp.http.response import Response
from chirp.testing import TestClient

HTMX = {"HX-Request": "true"}
MODES: Mapping[str, Mapping[str, str]] = {
    "browser": {},
    "htmx": HTMX,
    "boosted": {**HTMX, "HX-Boosted": "true"},
    "restore": {**HTMX, "HX-History-Restore-Request": "true"},
}
VERBS = ("get", "post", "put", "patch", "delete")
ADDRESSES = ("location", "hx-redirect", "hx-location", "hx-push-url", "hx-replace-url")
WAIT = 5  # seconds, for an event
# Attributes of which no request and no swap depends.
_LOOKS = re.compile(
    r" (?:class|style|title|placeholder|alt|content|lang|width|height|rel|maxlength|rows|autocomplete|value|datetime"
    r'|aria-label|aria-live|role|min|max|step|media|charset)="[^"]*"'
)
DEPTH = 2  # how far what answers ask for is followed


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong: its kind, and a line that says it without numbers. `contract`: templates are part of it."""

    kind: str
    text: str
    contract: bool = True


class Enough(Exception):
    """A failure of the contract has been seen."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked: pages by path, how many of the steps, whether the streams."""

    pages: tuple[str, ...]
    steps: int
    streams: bool


TREES: dict[str, Node] = {}
"""What has been read already, by its text: most answers of a variant are those of the original. Nobody changes them."""


def parsed(text: str) -> Node:
    """The tree of an answer."""
    found = TREES.get(text)
    if found is None:
        found = TREES[text] = parse(text)
    return found


def alike(url: str) -> str:
    """A path with numbers as `N`, without query and fragment."""
    return numberless(url.partition("?")[0].partition("#")[0])


def numberless(text: str) -> str:
    return re.sub(r"\d+", "N", text)


def digests(response: Response) -> tuple[str, ...]:
    """What an answer says: as it stands, without numbers and tokens, and only its tags and attributes."""
    tokens = re.sub(r"[\w+/=-]{20,}", "T", response.text)
    tags = " ".join(_LOOKS.sub("", tag) for tag in re.findall(r"<[^<>]*>", numberless(tokens)))
    head = f"{response.status} {response.content_type} " + " ".join(
        f"{name}={value}" for name, value in response.headers if name.startswith("hx-") or name == "location"
    )
    return tuple(
        sha1(f"{head} {' '.join(text.split())}".encode(errors="replace"), usedforsecurity=False).hexdigest()[:12]
        for text in (tokens, numberless(tokens), tags)
    )


class Probe:
    """Asks an application. `fail` hears each failure, `answered` each answer; `begin` the name of each part."""

    def __init__(
        self,
        folder: str,
        raised: Raised,
        missed: set[str],
        fail: Callable[[Failure], None],
        answered: Callable[[str, tuple[str, ...]], None],
    ) -> None:
        self._folder = folder
        self._raised = raised
        self._missed = missed
        self._fail = fail
        self._answered = answered
        self._pages: dict[str, Node] = {}
        self._asked: set[tuple[str, str]] = set()
        self._pieces: set[tuple[str, str]] = set()
        self._client: TestClient

    async def run(self, app: App, script: Script, plan: Plan, begin: Callable[[str], None]) -> None:
        async with TestClient(app) as client:
            self._client = client
            begin("before")
            for step in script.before:
                await self._step(step)
            for path in plan.pages:
                begin(path)
                await self._page(path)
            for at, step in enumerate(script.steps[: plan.steps]):
                begin(str(at))
                await self._step(step)
            if plan.streams:
                begin("streams")
                await self._streams(script)

    async def _send(
        self, asked: str, method: str, path: str, headers: Mapping[str, str], data: Mapping[str, str] | None = None
    ) -> Response | None:
        """A request and its answer; None when there is none."""
        self._missed.clear()
        try:
            response = await self._client.request(method, path, headers=headers, data=data)
        except Exception as error:  # noqa: BLE001 - whatever the application raises is its answer
            self._raise(asked, error)
            return None
        for reported in self._raised.taken():
            self._raise(asked, reported)
        self._answered(asked, digests(response))
        await self._redirects(response, path)
        if "HX-Request" in headers and response.status < 400 and response.body:
            kind = response.content_type.partition(";")[0]
            if kind != "text/html":
                self._fail(Failure("media type", f"{method} {alike(path)}: {kind} for htmx"))
        return response

    def _raise(self, asked: str, error: BaseException) -> None:
        self._fail(Failure("exception", f"{numberless(asked)}: {told(error)}", is_contract(error, self._folder)))

    async def _page(self, path: str) -> None:
        for mode, headers in MODES.items():
            response = await self._send(f"GET {path} {mode}", "GET", path, headers)
            if not _is_page(response):
                continue
            tree = parsed(response.text)
            await self._links(tree, path)
            if mode == "browser" and "<html" in response.text:
                self._pages[path] = tree
                await self._follow(tree, path, 0)

    async def _follow(self, tree: Node, path: str, depth: int) -> None:
        """What the elements of a tree fetch by htmx."""
        for element in list(tree.walk()):
            url = urljoin(path, element.attributes.get("hx-get", "//"))
            shape = f"{alike(url)}?{re.sub(r'=[^&]*', '', url.partition('?')[2])}"
            if not url.startswith("/") or url.startswith("//") or (alike(path), shape) in self._pieces:
                continue
            self._pieces.add((alike(path), shape))
            response = await self._send(f"GET {url} from {path}", "GET", url, HTMX)
            if _is_page(response):
                piece = parsed(response.text)
                await self._links(piece, path)
                if depth < DEPTH and "<html" not in response.text:
                    await self._follow(piece, path, depth + 1)

    async def _links(self, tree: Node, path: str) -> None:
        """What a tree would request: does a route take it? And the attributes that nothing reads."""
        for element in tree.walk():
            for method, url in requests_of(element):
                await self._ask(method, urljoin(path, url))
            for name in unread(element.attributes):
                self._fail(Failure("attribute", f"htmx does not read {name}"))

    async def _ask(self, method: str, url: str) -> None:
        if not url.startswith("/") or url.startswith("//") or (method, alike(url)) in self._asked:
            return
        self._asked.add((method, alike(url)))
        response = await self._client.options(url)
        allowed = (response.header("allow") or "").split(", ")
        if method not in allowed:
            self._fail(Failure("request", f"{method} {alike(url)}: {405 if response.header('allow') else 404}"))

    async def _redirects(self, response: Response, path: str) -> None:
        for name in ADDRESSES:
            url = response.header(name)
            if url and not url.startswith("{") and url != "false":
                await self._ask("GET", urljoin(path, url))

    async def _step(self, step: Step) -> None:
        mode = f"from {step.page}" if step.page else "browser"
        source = step.form or step.page
        filled = await self._filled(step, source) if source else None
        fields = dict(step.fields) if filled is None else filled
        data = fields if step.method not in ("DELETE", "GET") else None
        shown = "&".join(f"{key}={value}" for key, value in step.fields.items())
        asked = f"{step.method} {step.path} {shown} {mode}"
        response = await self._send(asked, step.method, step.path, HTMX if step.page else {}, data)
        if filled is not None and data is not None:
            for name in sorted(self._missed):
                self._fail(Failure("field", f"{step.method} {alike(step.path)} asks for {name}, which is not sent"))
        if _is_page(response):
            await self._links(parsed(response.text), step.page or step.path)

    async def _filled(self, step: Step, source: str) -> dict[str, str] | None:
        """What the form of a page sends, filled in with those of the step's fields that it has; None without a form."""
        self._missed.clear()
        response = await self._client.get(source)
        self._raised.taken()
        forms = [node for node in parsed(response.text).walk() if _sends(node, step)]
        if not forms:
            return None
        form = next((one for one in forms if step.path in dict(requests_of(one)).values()), forms[0])
        written: dict[str, str] = {}
        for node in form.walk():
            name = node.attributes.get("name")
            if name is None or node.tag not in ("input", "textarea", "select", "button"):
                continue
            unticked = node.attributes.get("type") in ("radio", "checkbox") and "checked" not in node.attributes
            if name in step.fields:
                written[name] = step.fields[name]
            elif not unticked and node.tag != "button":
                written.setdefault(name, _value(node))
        return written

    async def _streams(self, script: Script) -> None:
        """The events of each stream, and what the pages wait for."""
        given: dict[str, set[str]] = {}
        for path, count in script.streams:
            try:
                given[alike(path)] = await self._events(path, count)
            except Exception as error:  # noqa: BLE001 - whatever the application raises is its answer
                self._raise(f"events of {path}", error)
        for path, page in self._pages.items():
            for source in [node for node in page.walk() if "sse-connect" in node.attributes]:
                await self._waits(path, source, given)

    async def _events(self, path: str, count: int) -> set[str]:
        names: set[str] = set()
        async with asyncio.timeout(WAIT), self._client.events(path) as events:
            for at in range(count):
                event = await anext(events)
                names.add(event.event or "message")
                body = Response(event.data.encode())
                self._answered(f"event {at} of {path} {event.event}", digests(body))
        return names

    async def _waits(self, path: str, source: Node, given: Mapping[str, set[str]]) -> None:
        url = urljoin(path, source.attributes["sse-connect"])
        async with self._client.stream("GET", url) as answer:
            kind = answer.content_type.partition(";")[0]
        if kind != "text/event-stream":
            self._fail(Failure("stream", f"{alike(path)} connects to {alike(url)}, which gives {kind}"))
            return
        for node in (source, *source.walk()):
            for name in filter(None, node.attributes.get("sse-swap", "").split(",")):
                if name.strip() not in given.get(alike(url), ()):
                    self._fail(Failure("stream", f"{alike(path)} waits for {name}, which {alike(url)} does not give"))


def _is_page(response: Response | None) -> TypeIs[Response]:
    """Whether there is HTML to look at; what an error of the server shows is about the error."""
    return response is not None and response.status < 500 and response.content_type.startswith("text/html")


def _value(node: Node) -> str:
    """What a field sends as it stands in the page."""
    if node.tag != "select":
        return node.attributes.get("value", "")
    options = [one.attributes for one in node.walk() if one.tag == "option"]
    return next(
        (one.get("value", "") for one in options if "selected" in one), options[0].get("value", "") if options else ""
    )


def requests_of(element: Node) -> Iterator[tuple[str, str]]:
    """Method and URL of what an element requests when it is used."""
    attributes = element.attributes
    for verb in VERBS:
        if f"hx-{verb}" in attributes:
            yield verb.upper(), unescape(attributes[f"hx-{verb}"])
    if element.tag == "a" and "href" in attributes:
        yield "GET", attributes["href"]
    if element.tag == "form" and "action" in attributes:
        yield _method(attributes.get("method", "get")), attributes["action"]
    if "formaction" in attributes:
        form = element
        while form.parent is not None and form.tag != "form":
            form = form.parent
        yield _method(attributes.get("formmethod", form.attributes.get("method", "get"))), attributes["formaction"]
    if "sse-connect" in attributes:
        yield "GET", attributes["sse-connect"]


def _method(written: str) -> str:
    """As browsers read it: what is neither is `get`."""
    return "POST" if written.lower() == "post" else "GET"


def _sends(form: Node, step: Step) -> bool:
    wanted = {step.method} if step.page else {"POST"}
    asked: Sequence[tuple[str, str]] = list(requests_of(form)) if form.tag == "form" else []
    return any(method in wanted and alike(url) == alike(step.path) for method, url in asked)
