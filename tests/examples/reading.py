"""How a request is sent, and what a page says when a program reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import override

from chirp.http.response import Response

BROWSER: Mapping[str, str] = {}
HTMX: Mapping[str, str] = {"HX-Request": "true"}
BOOSTED: Mapping[str, str] = {"HX-Request": "true", "HX-Boosted": "true"}


@dataclass(frozen=True, slots=True)
class Element:
    """A start tag."""

    name: str
    attributes: Mapping[str, str]


@dataclass(slots=True)
class Markup:
    """What a response holds: its elements in order, and its text."""

    elements: list[Element] = field(default_factory=list[Element])
    text: str = ""

    @property
    def whole(self) -> bool:
        """Whether it is a document rather than a piece of one."""
        return any(element.name == "html" for element in self.elements)

    @property
    def ids(self) -> list[str]:
        """All ids in order."""
        return [element.attributes["id"] for element in self.elements if "id" in element.attributes]

    @property
    def out_of_band(self) -> dict[str, str]:
        """Id to swap style, of the elements that go to their own targets."""
        return {
            element.attributes["id"]: element.attributes["hx-swap-oob"]
            for element in self.elements
            if "hx-swap-oob" in element.attributes
        }

    def values(self, attribute: str) -> set[str]:
        """What an attribute says wherever it stands."""
        return {element.attributes[attribute] for element in self.elements if attribute in element.attributes}


class _Reader(HTMLParser):
    def __init__(self, markup: Markup) -> None:
        super().__init__()
        self.markup = markup

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.markup.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    @override
    def handle_data(self, data: str) -> None:
        self.markup.text += data


def read(response: Response) -> Markup:
    """The elements and the text of a response."""
    markup = Markup()
    reader = _Reader(markup)
    reader.feed(response.text)
    reader.close()
    return markup
