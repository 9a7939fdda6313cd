"""Somebody with a browser: reads pages, fills in the forms that are on them, follows redirects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import override

from chirp.http.response import Response
from chirp.testing import TestClient
from tests.examples.reading import BROWSER


@dataclass(slots=True)
class PageForm:
    """A form on a page: where it goes, and what it says before anybody types."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict[str, str])


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._open: PageForm | None = None
        self._select = ""
        self._textarea = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = PageForm(said.get("action", ""), said.get("method", "get"))
            self.forms.append(self._open)
        if self._open is None:
            return
        fields, name = self._open.fields, said.get("name", "")
        if tag == "input" and name and (said.get("type") not in {"radio", "checkbox"} or "checked" in said):
            fields[name] = said.get("value", "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in said or self._select not in fields):
            fields[self._select] = said.get("value", "")
        elif tag == "textarea" and name:
            self._textarea = name
            fields[name] = ""

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    @override
    def handle_data(self, data: str) -> None:
        if self._textarea and self._open is not None:
            self._open.fields[self._textarea] += data


def forms_of(response: Response) -> list[PageForm]:
    """The forms on a page, in order."""
    reader = _Forms()
    reader.feed(response.text)
    reader.close()
    return reader.forms


class Visitor:
    """A browser with its cookies, without JavaScript unless it says that htmx asks."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    async def get(self, path: str, headers: Mapping[str, str] = BROWSER) -> Response:
        return await self.client.get(path, headers=headers)

    async def submit(
        self, page: str, action: str, typed: Mapping[str, str] | None = None, headers: Mapping[str, str] = BROWSER
    ) -> Response:
        """Open a page, fill in the form that posts to `action`, and send it; `headers` are those of the second step."""
        forms = forms_of(await self.get(page))
        found = next(form for form in forms if (form.action, form.method) == (action, "post"))
        fields = found.fields | dict(typed or {})
        return await self.client.post(action, data=fields, headers=headers)

    async def landed(self, response: Response) -> Response:
        """The page that a redirect leads to."""
        assert response.status == 303
        return await self.client.follow(response)
