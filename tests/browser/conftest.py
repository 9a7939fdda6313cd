"""One Chromium for all tests of this folder, a window of its own for each."""

import shutil
from collections.abc import Generator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.serving import Serve, serving
from tests.browser.workshop import Version

# Nothing but the application is asked for anything: names are not looked up, and the browser does not phone home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PATIENCE = 30_000
"""How long, in milliseconds, a test waits for what should happen. Only a test that fails takes that long."""


@pytest.fixture(scope="package")
def chromium() -> Generator[Browser]:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no Chromium is installed")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(params=[2, 4], ids=["htmx2", "htmx4"])
def version(request: pytest.FixtureRequest) -> Version:
    """Of htmx: the test runs with both."""
    version: Version = request.param
    return version


@pytest.fixture
def page(chromium: Browser) -> Generator[Page]:
    """An empty window. An exception in a script, or what the content security policy stops, fails the test."""
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE)
    window = context.new_page()
    faults: list[str] = []
    window.on("pageerror", lambda error: faults.append(str(error)))
    window.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield window
    context.close()
    assert faults == []


@pytest.fixture
def serve() -> Generator[Serve]:
    """Serves applications until the test is over; called with one, it returns the origin."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(serving(app))
