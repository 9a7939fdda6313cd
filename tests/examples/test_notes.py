"""The notes through every route, with htmx and without."""

from collections.abc import AsyncIterator
from importlib import reload

import pytest
import pytest_asyncio

from chirp.testing import TestClient
from examples.notes import app as notes
from tests.examples.reading import BROWSER, HTMX, read

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def client() -> AsyncIterator[TestClient]:
    """A client of a fresh copy: the application keeps its notes in the module."""
    async with TestClient(reload(notes).app, contract=True) as running:
        yield running


async def test_reading_and_searching(client: TestClient) -> None:
    assert read(await client.get("/")).whole
    found = await client.get("/?q=milk", headers=HTMX)
    assert "note-1" in read(found).ids
    assert "note-2" not in read(found).ids
    assert "Nothing here about “xyz”." in read(await client.get("/?q=xyz")).text
    assert (await client.get("/notes.json")).text == '{"notes":["Buy oat milk","Ask Noor about the boat"]}'


async def test_writing(client: TestClient) -> None:
    part = read(await client.post("/notes", data={"text": "Water"}, headers=HTMX))
    assert not part.whole
    assert part.ids == ["notes", "note-3", "note-2", "note-1"]
    assert (await client.post("/notes", data={"text": "More"})).header("location") == "/"
    for headers in (BROWSER, HTMX):
        wrong = await client.post("/notes", data={"text": " "}, headers=headers)
        assert wrong.status == 422
        assert read(wrong).whole is (headers == BROWSER)
        assert "Write something first." in wrong.text


async def test_changing_and_deleting(client: TestClient) -> None:
    assert read(await client.get("/notes/1/edit", headers=HTMX)).ids == ["note-1"]
    assert read(await client.get("/notes/1/edit")).whole
    assert "Buy rice" in (await client.post("/notes/1", data={"text": "Buy rice"}, headers=HTMX)).text
    assert (await client.post("/notes/1", data={"text": "Buy beans"})).status == 303
    assert (await client.post("/notes/1/delete", headers=HTMX)).text == ""
    assert (await client.post("/notes/2/delete")).status == 303
    assert (await client.get("/notes/1/edit")).status == 404
