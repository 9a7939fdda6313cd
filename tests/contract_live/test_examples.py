"""The examples keep to their contract: every GET route in every mode, and what people do on their pages."""

from pathlib import Path

import pytest

from chirp.testing import TestClient
from tests.examples.reading import HTMX
from tests.examples.test_agreement import APPS, MODES, enter, urls_of_routes

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("name", APPS)
async def test_every_get_route_keeps_to_the_contract(name: str, tmp_path: Path) -> None:
    app = APPS[name](tmp_path)
    async with TestClient(app, contract=True) as client:
        await enter(client, name)
        for mode, headers in MODES.items():
            for urls in urls_of_routes(app, name).values():
                for url in urls:
                    answer = await client.get(url, headers=headers)
                    assert answer.status < 500, (mode, url)


async def test_notes_as_somebody_uses_it(tmp_path: Path) -> None:
    """The page that the client has is the one that the browser would show."""
    async with TestClient(APPS["notes"](tmp_path), contract=True) as client:
        await client.get("/")
        await client.post("/notes", data={"text": "Call Femi"}, headers=HTMX)
        notes = client.page.find("#notes")
        assert notes.html.count("<li") == 3
        assert "Call Femi" in notes.text
        link = next(one for one in notes.walk() if one.attributes.get("hx-get", "").endswith("/edit"))
        await client.get(link.attributes["hx-get"], headers=HTMX)
        assert [one.attributes["name"] for one in client.page.select("#notes li form input")] == ["text"]
        assert not client.page.open
