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


@pytest.fixture
def store() -> Store:
    """The demonstration data, at noon of a certain day."""
    return demo_store(lambda: NOON)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def visitor() -> AsyncIterator[TestClient]:
    """A client that a whole module shares, for tests that change nothing."""
    async with TestClient(create_app(demo_store(lambda: NOON))) as running:
        yield running


@pytest_asyncio.fixture
async def client(store: Store) -> AsyncIterator[TestClient]:
    """A client of the tracker around `store`."""
    async with TestClient(create_app(store)) as running:
        yield running
