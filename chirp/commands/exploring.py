"""What a visitor of an application comes across: the URLs and forms of its pages, so that requests name what is there.

Pages are read with GET alone, from those that take no parameters on. On request the visitor also enters: sends the
forms that ask for a password, or that stand where pages lead who may not see them yet, and looks around once more.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import zip_longest
from typing import NamedTuple
from urllib.parse import unquote, urlencode, urljoin, urlsplit

from chirp.app import App
from chirp.testing import TestClient
from chirp_check.grammar.fields import EXAMPLES, TEXT, takes_away
from chirp_check.grammar.hx import REQUESTS
from chirp_check.grammar.path import PathPattern, parse_path

PAGES = 60  # that are looked at
ALIKE = 4  # of them that one route answers
VARIANTS = 6  # of one request
CHOSEN = frozenset({"checkbox", "radio"})
SENDING = frozenset({"submit", "image"})
UNSENT = frozenset({"button", "reset", "file"})

type Fields = dict[str, str]


class Seen(NamedTuple):
    """A request that a page offers; fields without a value are those that someone fills in.

    `secret`: a password is one of them.
    """

    method: str
    path: str
    fields: tuple[tuple[str, str], ...] = ()
    secret: bool = False


class Variant(NamedTuple):
    """One way to make a request."""

    path: str
    fields: Fields


@dataclass(slots=True)
class _Form:
    """A form while it is read: what is sent by it, its fields with their types, and the buttons that have a name."""

    requests: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    fields: Fields = field(default_factory=dict[str, str])
    buttons: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    secret: bool = False

    def offered(self) -> Iterator[Seen]:
        """What it offers: once for each button."""
        for method, path in self.requests:
            if not self.buttons:
                yield Seen(method, path, tuple(self.fields.items()), self.secret)
            for button in self.buttons:
                yield Seen(method, path, (*self.fields.items(), button), self.secret)


class _Reader(HTMLParser):
    """Reads the requests that a page offers."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self.at = at
        self.seen: list[Seen] = []
        self._form: _Form | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name.removeprefix("data-"): value or "" for name, value in attrs}
        if tag == "form":
            self._end()
            self._form = _Form()
            method = given.get("method", "get").upper()
            self._form.requests.append((method, self._path(given.get("action", ""))))
        asked = [(method, self._path(given[name])) for name, method in REQUESTS.items() if name in given]
        if tag == "a" and "href" in given:
            asked.append(("GET", self._path(given["href"])))
        if self._form is not None and tag != "a":
            self._form.requests += asked
        else:
            own = ((given["name"], given.get("value", "")),) if given.get("name") else ()
            self.seen += [Seen(method, path, own) for method, path in asked]
        if self._form is not None:
            self._control(self._form, tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._end()
        elif tag == "select":
            self._select = None

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        if self._form is not None:
            self.seen += self._form.offered()
        self._form = None

    def _control(self, form: _Form, tag: str, given: Mapping[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "submit" if tag == "button" else "text").lower()
        if tag == "option" and self._select is not None and ("selected" in given or not form.fields[self._select]):
            form.fields[self._select] = given.get("value", "")
        elif not name or kind in UNSENT:
            return
        elif kind == "password":
            form.secret, form.fields[name] = True, EXAMPLES[kind]
        elif kind in SENDING:
            form.buttons.append((name, given.get("value", "")))
        elif tag == "select":
            self._select = name
            form.fields.setdefault(name, "")
        elif kind in CHOSEN:
            if "checked" in given or (kind == "radio" and name not in form.fields):
                form.fields[name] = given.get("value", "on")
        elif tag in ("input", "textarea"):
            form.fields[name] = given.get("value") or (EXAMPLES.get(kind, "") if kind != "hidden" else "")

    def _path(self, url: str) -> str:
        return urljoin(self.at, url)


@dataclass(frozen=True, slots=True)
class Explored:
    """What was come across, and the values that the parameters of routes have there, by their names."""

    seen: tuple[Seen, ...] = ()
    values: Mapping[str, tuple[object, ...]] = field(default_factory=dict[str, tuple[object, ...]])

    def variants(self, method: str, path: str, route: str | None, fields: Fields) -> list[Variant]:
        """Ways to make a request that a route answers: as pages offer it, with what they name, and as it is."""
        own = Variant(path, fields)
        if route is None:
            return [own]
        pattern = parse_path(route)
        met = [one for one in self.seen if pattern.match(urlsplit(one.path).path) is not None]
        found = [_variant(one, fields) for one in met if one.method == method]
        if pattern.params:
            found += [Variant(urlsplit(one.path).path, fields) for one in met]
            found += [Variant(path, fields) for path in self._named(pattern)]
        offered = sorted(_in_turns(found), key=lambda one: takes_away(method, one.path, one.fields.values()))
        return [*offered[: VARIANTS - 1], own] if own not in offered else offered[:VARIANTS]

    def _named(self, pattern: PathPattern) -> Iterator[str]:
        """The path with values that parameters of the same names have elsewhere."""
        if pattern.params.keys() <= self.values.keys():
            try:
                yield pattern.fill(**{name: self.values[name][0] for name in pattern.params})
            except ValueError:  # another type of value than this parameter takes
                return


def _in_turns(found: Iterable[Variant]) -> list[Variant]:
    """Each once; of those with the same fields one, then the next: what a form can do is told by its fields."""
    groups: dict[tuple[str, ...], dict[str, Variant]] = {}
    for one in found:
        groups.setdefault(tuple(one.fields), {})[repr(one)] = one
    turns = zip_longest(*(group.values() for group in groups.values()))
    return [one for turn in turns for one in turn if one is not None]


def _variant(offered: Seen, fields: Fields) -> Variant:
    """A request as a page offers it, filled in; what is sent with GET stands in the URL."""
    filled = _filled(offered.fields, fields)
    if offered.method != "GET" or not filled:
        return Variant(offered.path, filled)
    return Variant(f"{offered.path.partition('?')[0]}?{urlencode(filled)}", {})


def _filled(offered: Iterable[tuple[str, str]], known: Mapping[str, str]) -> Fields:
    return {name: value or known.get(name, TEXT) for name, value in offered}


class Visitor:
    """Looks at the pages of an application, as far as they can be come to."""

    def __init__(self, client: TestClient, app: App) -> None:
        self._client = client
        self._routes = [one for one in app.describe().routes if "GET" in one.methods]
        self._patterns = sorted((parse_path(one.path) for one in app.describe().routes), key=lambda one: one.rank)
        self._seen: dict[Seen, None] = {}
        self._entrances: dict[Seen, bool] = {}

    @property
    def explored(self) -> Explored:
        """What was come across so far."""
        values: dict[str, dict[object, None]] = {}
        for one in self._seen:
            for pattern in self._patterns:
                for name, value in (pattern.match(urlsplit(one.path).path) or {}).items():
                    values.setdefault(name, {})[value] = None
        return Explored(tuple(self._seen), {name: tuple(found) for name, found in values.items()})

    async def look(self) -> None:
        """Go from page to page."""
        pending = [one.path for one in self._routes if "{" not in one.path]
        visited: set[str] = set()
        counts: Counter[str] = Counter()
        while pending and len(visited) < PAGES:
            path = pending.pop(0)
            route = next((one.text for one in self._patterns if one.match(urlsplit(path).path) is not None), None)
            if path in visited or route is None or counts[route] >= ALIKE:
                continue
            visited.add(path)
            counts[route] += 1
            for one in await self._offered(path):
                self._seen[one] = None
                if one.secret:
                    self._entrances.setdefault(one, False)
                if one.method == "GET" and one.path not in visited:
                    pending.append(one.path)

    async def enter(self) -> bool:
        """Send what stands at the entrances, and look around again; whether there is another cookie then.

        Those to which pages lead come last: who is to sign in has to have signed up.
        """
        before = dict(self._client.cookies)
        for one in sorted(self._entrances, key=self._entrances.__getitem__):
            with suppress(Exception):
                await self._client.request(one.method, one.path, data=_filled(one.fields, {}))
        if dict(self._client.cookies) == before:
            return False
        await self.look()
        return True

    async def _offered(self, path: str) -> list[Seen]:
        """What a page offers; where it leads to another one, the forms of that are entrances."""
        try:
            answer = await self._client.get(path)
        except Exception:  # noqa: BLE001 - the boundary: a page that fails, or never ends, offers nothing
            return []
        entrance = _entrance(path, answer.header("location"))
        if entrance is not None and path != entrance:
            found = await self._offered(entrance)
            self._entrances |= dict.fromkeys((one for one in found if one.method == "POST"), True)
            return found
        if not (answer.header("content-type") or "").startswith("text/html"):
            return []
        reader = _Reader(path)
        reader.feed(answer.text)
        reader.close()
        return [one for one in reader.seen if one.path.startswith("/") and not one.path.startswith("//")]


def _entrance(path: str, location: str | None) -> str | None:
    """Where a page leads who may not see it yet: that tells where it came from, to lead back."""
    url = urlsplit(urljoin(path, location or ""))
    told = location is not None and not url.netloc and path in unquote(url.query)
    return f"{url.path}?{url.query}" if told else None
