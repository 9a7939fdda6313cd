"""The tracker with a clock that stands still."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from chirp.testing import TestClient
from examples.tracker.app import create_app
from examples.tracker.seed import demo_store
from examples.tracker.store import Store

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running() -> AsyncIterator[tuple[TestClient, Store]]:
    """One tracker for a whole module: its templates compile once."""
    store = demo_store(lambda: NOON)
    async with TestClient(create_app(store), contract=True) as client:
        yield client, store


@pytest.fixture
def store(running: tuple[TestClient, Store]) -> Store:
    """The demonstration data as new, at noon of a certain day."""
    running[1].become(demo_store(lambda: NOON))
    return running[1]


@pytest.fixture
def client(running: tuple[TestClient, Store], store: Store) -> TestClient:
    """A browser that has not been here before, on the tracker around `store`."""
    running[0].cookies.clear()
    return running[0]
