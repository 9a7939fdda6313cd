"""The server as editors see it: diagnostics, definition and hover, in the units that each of them counts in."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

APP = """\
from chirp import App, AppConfig, Fragment, Page, Template

app = App(AppConfig(template_dir="templates"))


@app.route("/")
def home() -> Template:
    note = "é😀"; return Template("home.html", note=note)


@app.route("/part")
def part() -> Fragment:
    note = "é😀"; return Fragment("home.html", "main", note=note)


@app.route("/both")
async def both() -> Page:
    return Page("home.html", "main", note="")
"""
BASE = "<title>é😀{% block title %}x{% end %}</title>{% block main %}{% end %}\n"
HOME = '{% extends "base.html" %}\r\n<!-- é😀 -->{% block main %}<p id="é😀">{{ note }}</p>{% end %}\r\n'
COMMAND = [sys.executable, "-m", "chirp_check.cli", "server"]
PROFILES = {"visual-studio-code": "utf-16", "neovim@v0.11": "utf-8", "emacs": "utf-32"}
CODE_UNIT = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
PATIENCE = 60

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.filterwarnings("ignore:'asyncio.iscoroutinefunction':DeprecationWarning"),  # pygls, the tests' client
]


class Project:
    """The files on disk, and their places in the units of an encoding."""

    def __init__(self, root: Path, encoding: str) -> None:
        self.root = root
        self.encoding = encoding
        self.files = {"app.py": APP, "templates/base.html": BASE, "templates/home.html": HOME, "pyproject.toml": ""}
        (root / "templates").mkdir()
        for path, text in self.files.items():
            (root / path).write_bytes(text.encode())

    def uri(self, path: str) -> str:
        return (self.root / path).as_uri()

    def document(self, path: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(uri=self.uri(path))

    def opened(self, path: str, text: str | None = None, version: int = 1) -> types.DidOpenTextDocumentParams:
        content = self.files[path] if text is None else text
        item = types.TextDocumentItem(uri=self.uri(path), language_id="x", version=version, text=content)
        return types.DidOpenTextDocumentParams(text_document=item)

    def replaced(self, path: str, old: str, new: str, version: int) -> types.DidChangeTextDocumentParams:
        """The change that puts `new` in the place of the first `old`."""
        change = types.TextDocumentContentChangePartial(range=self.range(path, old), text=new)
        document = types.VersionedTextDocumentIdentifier(uri=self.uri(path), version=version)
        self.files[path] = self.files[path].replace(old, new, 1)
        return types.DidChangeTextDocumentParams(text_document=document, content_changes=[change])

    def range(self, path: str, text: str) -> types.Range:
        """Where a text first stands in a file."""
        at = self.files[path].index(text)
        return types.Range(start=self._position(path, at), end=self._position(path, at + len(text)))

    def _position(self, path: str, offset: int) -> types.Position:
        lines = self.files[path][:offset].split("\n")
        encoded = lines[-1].encode("utf-8" if self.encoding == "utf-8" else f"{self.encoding}-le")
        return types.Position(line=len(lines) - 1, character=len(encoded) // CODE_UNIT[self.encoding])


def _registered(_: types.RegistrationParams) -> None:
    """The server may register for file events, as the profiles say."""


@pytest_asyncio.fixture(params=PROFILES)
async def client(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[LanguageClient]:
    lsp = make_test_lsp_client()
    lsp.feature("client/registerCapability")(_registered)
    await lsp.start_io(*COMMAND)  # pyright: ignore[reportUnknownMemberType]
    capabilities = client_capabilities(request.param)
    folders = [types.WorkspaceFolder(uri=tmp_path.as_uri(), name="project")]
    answer = await lsp.initialize_session(types.InitializeParams(capabilities=capabilities, workspace_folders=folders))
    assert answer.capabilities.position_encoding == PROFILES[request.param]
    assert answer.capabilities.diagnostic_provider is None
    yield lsp
    await lsp.shutdown_session()
    await lsp.stop()  # type: ignore[no-untyped-call]


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    profile: str = request.node.callspec.params["client"]
    return Project(tmp_path, PROFILES[profile])


async def until(client: LanguageClient, condition: Callable[[], bool]) -> None:
    """Wait for diagnostics until a condition holds."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await client.wait_for_notification("textDocument/publishDiagnostics")


async def test_a_mistake_is_shown_where_it_is_and_goes_away(project: Project, client: LanguageClient) -> None:
    uri = project.uri("app.py")
    client.text_document_did_open(project.opened("app.py"))
    await until(client, lambda: uri in client.diagnostics)
    assert not client.diagnostics[uri]

    client.text_document_did_change(project.replaced("app.py", '"home.html", "main"', '"home.html", "mian"', 2))
    await until(client, lambda: len(client.diagnostics[uri]) == 1)
    found = client.diagnostics[uri][0]
    assert found.range == project.range("app.py", '"mian"')
    assert (found.code, found.source, found.severity) == (
        "unknown-block",
        "chirp-check",
        types.DiagnosticSeverity.Error,
    )
    assert found.message.startswith("`home.html` has no block `mian`\ndid you mean `main`?")
    if found.related_information is None:  # the editor cannot show it
        assert found.message.endswith("\ntemplates/home.html:2: `main` is defined here")
    else:
        place = found.related_information[0].location
        assert place.uri == project.uri("templates/home.html")
        assert place.range == project.range("templates/home.html", "main")

    client.text_document_did_change(project.replaced("app.py", '"mian"', '"main"', 3))
    await until(client, lambda: not client.diagnostics[uri])


async def test_an_unsaved_template_breaks_a_closed_handler(project: Project, client: LanguageClient) -> None:
    uri = project.uri("app.py")
    client.text_document_did_open(project.opened("templates/home.html"))
    changed = project.replaced("templates/home.html", "block main", "block body", 2)
    project.files["templates/base.html"] = BASE.replace("main", "body")
    client.text_document_did_open(project.opened("templates/base.html"))
    client.text_document_did_change(changed)
    await until(client, lambda: len(client.diagnostics.get(uri, [])) == 2)
    assert client.diagnostics[uri][0].range == project.range("app.py", '"main"')

    for path in ("templates/home.html", "templates/base.html"):
        client.text_document_did_close(types.DidCloseTextDocumentParams(text_document=project.document(path)))
    await until(client, lambda: not client.diagnostics[uri])


async def test_a_syntax_error_in_a_template_is_shown_there(project: Project, client: LanguageClient) -> None:
    uri = project.uri("templates/base.html")
    client.text_document_did_open(project.opened("templates/base.html", BASE + "{% if %}"))
    await until(client, lambda: bool(client.diagnostics.get(uri)))
    assert client.diagnostics[uri][0].code == "template-syntax"
    assert client.diagnostics[uri][0].range.start.line == 1


type Found = types.Location | Sequence[types.Location] | Sequence[types.LocationLink] | None


def targets(found: Found) -> list[tuple[str, types.Range]]:
    """Links and locations alike."""
    assert isinstance(found, Sequence)
    return [
        (one.uri, one.range) if isinstance(one, types.Location) else (one.target_uri, one.target_selection_range)
        for one in found
    ]


async def defined(client: LanguageClient, project: Project, path: str, text: str) -> list[tuple[str, types.Range]]:
    at = project.range(path, text).start
    params = types.DefinitionParams(text_document=project.document(path), position=at)
    return targets(await client.text_document_definition_async(params))


async def test_definition_of_a_block_in_python(project: Project, client: LanguageClient) -> None:
    client.text_document_did_open(project.opened("app.py"))
    home = "templates/home.html"
    assert await defined(client, project, "app.py", '"main"') == [(project.uri(home), project.range(home, "main"))]


async def test_definition_of_a_template_in_python(project: Project, client: LanguageClient) -> None:
    client.text_document_did_open(project.opened("app.py"))
    found = await defined(client, project, "app.py", '"home.html"')
    assert [(uri, place.start.line) for uri, place in found] == [(project.uri("templates/home.html"), 0)]


async def test_definition_of_a_template_in_a_template(project: Project, client: LanguageClient) -> None:
    found = await defined(client, project, "templates/home.html", '"base.html"')
    assert [(uri, place.start.line) for uri, place in found] == [(project.uri("templates/base.html"), 0)]


async def test_definition_of_a_block_in_a_template(project: Project, client: LanguageClient) -> None:
    client.text_document_did_open(project.opened("templates/home.html"))
    found = await defined(client, project, "templates/home.html", "main")
    assert found[0] == (project.uri("app.py"), project.range("app.py", '"main"'))
    assert [(uri, place.start.line) for uri, place in found[1:]] == [(project.uri("app.py"), 17)]


async def test_definition_of_nothing(project: Project, client: LanguageClient) -> None:
    assert await defined(client, project, "app.py", "import") == []


async def hovered(client: LanguageClient, project: Project, path: str, text: str) -> types.Hover | None:
    at = project.range(path, text).start
    position = types.Position(line=at.line, character=at.character + 1)
    params = types.HoverParams(text_document=project.document(path), position=position)
    return await client.text_document_hover_async(params)


@pytest.mark.parametrize(("path", "text"), [("app.py", '"main"'), ("templates/home.html", "main")])
async def test_hover_of_a_block(path: str, text: str, project: Project, client: LanguageClient) -> None:
    client.text_document_did_open(project.opened(path))
    found = await hovered(client, project, path, text)
    assert found is not None
    assert found.range == project.range(path, text)
    assert isinstance(found.contents, types.MarkupContent)
    assert found.contents.value.replace("`", "").replace("**", "").split("\n\n") == [
        "block main in templates/home.html:2",
        "extends: templates/home.html → templates/base.html",
        "rendered by",
        "- part (GET /part): Fragment in app.py:13\n- both (GET /both): Page in app.py:18",
    ]


async def test_hover_of_a_block_that_is_rendered_with_its_page_only(project: Project, client: LanguageClient) -> None:
    found = await hovered(client, project, "templates/base.html", "title %}")
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert "no handler renders it by itself" in found.contents.value


async def test_hover_of_nothing(project: Project, client: LanguageClient) -> None:
    assert await hovered(client, project, "app.py", "import") is None
