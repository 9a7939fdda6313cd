"""Every page of the tracker, as a browser, htmx and a boosted link ask for it; and that its links lead somewhere."""

from collections.abc import Iterator

import pytest

from chirp.testing import TestClient
from tests.examples.reading import BOOSTED, BROWSER, HTMX, Element, read

pytestmark = pytest.mark.asyncio(loop_scope="module")

# path, what the piece for htmx is to hold (empty: htmx gets the whole page), a text of the page
PAGES = (
    ("/", "summary", "Good to see you, Ada"),
    ("/activity", "more", "commented on"),
    ("/activity?page=2", "more", "created"),
    ("/search", "", "Type a word"),
    ("/search?q=page", "task-1", "results for “page”"),
    ("/projects", "", "Mobile app"),
    ("/projects?archived=1", "", "Office move"),
    ("/projects/1", "task-list", "Pricing table breaks"),
    ("/projects/1?status=review", "task-list", "Publish the accessibility statement"),
    ("/projects/1/board", "board", "In review"),
    ("/tasks", "task-2", "24 tasks"),
    ("/tasks?q=refund&sort=due", "task-18", "1 task"),
    ("/tasks/1", "task-detail", "Rewrite the headline"),
    ("/tasks/1/edit", "task-form", "Description"),
    ("/comments/2/edit", "comment-2", "Your comment"),
    ("/people", "people", "Chidi Anand"),
    ("/people/3", "task-10", "Crash when a photo"),
    ("/people/3?done=1", "task-16", "Shorten the cold start"),
    ("/labels", "labels", "customer"),
    ("/labels/1/edit", "label-1", "Name"),
)
WHOLE_PAGES = (
    ("/projects/new", "New project"),
    ("/projects/1/settings", "Delete this project"),
    ("/tasks/1/delete", "Delete WEB-1?"),
    ("/comments/2/delete", "Delete your comment?"),
    ("/labels/1/delete", "Delete the label “bug”?"),
    ("/settings", "Appearance"),
)
PIECES = (
    ("/projects/1/counts", "project-counts", "7 open of 9"),
    ("/tasks/1/draft", "", ""),
    ("/comments/1", "comment-1", "second candidate"),
    ("/labels/1", "label-1", "bug"),
    ("/labels/check?name=BUG", "", "There is a label of this name."),
)


@pytest.mark.parametrize(("path", "piece", "words"), PAGES)
async def test_a_page_is_whole_for_a_browser_and_a_piece_for_htmx(
    client: TestClient, path: str, piece: str, words: str
) -> None:
    for headers in (BROWSER, BOOSTED, {**HTMX, "HX-History-Restore-Request": "true"}):
        response = await client.get(path, headers=headers)
        page = read(response)
        assert response.status == 200
        assert page.whole
        assert " ".join(words.split()) in " ".join(page.text.split())
    response = await client.get(path, headers=HTMX)
    part = read(response)
    assert not part.whole
    assert not piece or piece in part.ids
    assert "HX-Request" in (response.header("vary") or "")


@pytest.mark.parametrize(("path", "words"), WHOLE_PAGES)
async def test_a_page_without_pieces_is_whole_for_all(client: TestClient, path: str, words: str) -> None:
    for headers in (BROWSER, HTMX, BOOSTED):
        page = read(await client.get(path, headers=headers))
        assert page.whole
        assert words in page.text


@pytest.mark.parametrize(("path", "id", "words"), PIECES)
async def test_a_piece_is_a_piece_for_all(client: TestClient, path: str, id: str, words: str) -> None:
    for headers in (BROWSER, HTMX, BOOSTED):
        response = await client.get(path, headers=headers)
        piece = read(response)
        assert response.status == 200
        assert not piece.whole
        assert not id or id in piece.ids
        assert words in " ".join(piece.text.split())


async def test_data_for_programs(client: TestClient) -> None:
    assert (await client.get("/health")).text == "ok"
    status = await client.get("/api/status")
    assert status.content_type.startswith("application/json")
    assert status.text == '{"open":18,"done":6,"total":24,"percent":25}'
    assert '"ref":"WEB-2"' in (await client.get("/api/tasks?label=1&assignee=4")).text
    assert (await client.get("/api/tasks/2")).text.startswith('{"ref":"WEB-2","title":"Pricing table breaks')
    export = await client.get("/tasks.csv?q=refund")
    assert export.content_type.startswith("text/csv")
    assert export.header("content-disposition") == 'attachment; filename="tasks.csv"'
    assert export.text.splitlines() == [
        "reference,title,status,priority,assignee,due",
        "BIL-18,Refunds across the end of a month,doing,high,Bruno Keller,2026-11-04",
    ]


async def test_the_old_address_of_the_home_page_leads_to_the_new_one(client: TestClient) -> None:
    response = await client.get("/dashboard")
    assert (response.status, response.header("location")) == (308, "/")


async def test_security_headers_are_on_every_answer(client: TestClient) -> None:
    for path in ("/", "/health", "/nothing/here", "/static/style.css"):
        response = await client.get(path)
        assert "default-src 'self'" in (response.header("content-security-policy") or "")
        assert response.header("x-content-type-options") == "nosniff"


async def test_a_form_from_another_site_is_refused(client: TestClient) -> None:
    refused = await client.post("/tasks/1/toggle", headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status == 403
    assert 'id="task-1" class="task is-done"' not in (await client.get("/projects/1")).text


@pytest.mark.parametrize("path", ["/nothing/here", "/tasks/999", "/projects/999", "/people/999", "/labels/999/edit"])
async def test_what_is_not_there(client: TestClient, path: str) -> None:
    for headers in (BROWSER, BOOSTED):
        response = await client.get(path, headers=headers)
        assert response.status == 404
        assert read(response).whole
        assert response.header("hx-retarget") is None
    response = await client.get(path, headers=HTMX)
    toast = read(response)
    assert response.status == 404
    assert (response.header("hx-retarget"), response.header("hx-reswap")) == ("#toasts", "beforeend")
    assert not toast.whole
    assert "toast" in toast.values("class")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/projects/1", "GET, HEAD, OPTIONS"),
        ("GET", "/tasks/1/toggle", "OPTIONS, POST"),
        ("PATCH", "/tasks/1", "DELETE, GET, HEAD, OPTIONS, POST, PUT"),
    ],
)
async def test_a_method_that_a_page_does_not_have(client: TestClient, method: str, path: str, allowed: str) -> None:
    response = await client.request(method, path)
    assert response.status == 405
    assert ", ".join(sorted((response.header("allow") or "").split(", "))) == allowed
    assert "That does not work here" in response.text


async def test_head_and_static_files(client: TestClient) -> None:
    assert (await client.head("/projects")).body_bytes == b""
    style = await client.get("/static/style.css")
    assert style.content_type.startswith("text/css")
    script = (await client.get("/")).text.partition('<script src="')[2].partition('"')[0]
    assert 'version:"2.0.11"' in (await client.get(script)).text


async def test_everything_that_a_page_names_is_there(client: TestClient) -> None:
    """Links and GET requests answer, forms go to routes that take them, targets exist; on every page and piece."""
    seen: set[str] = set()
    asked: set[tuple[str, str]] = set()
    waiting = ["/", *(path for path, *_ in PAGES), *(path for path, *_ in WHOLE_PAGES)]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        response = await client.get(path)
        assert response.status == 200, path
        page = read(response)
        if not page.whole:
            continue
        assert len(page.ids) == len(set(page.ids)), path
        targets = page.values("hx-target") | page.values("hx-include") | page.values("hx-indicator")
        assert {target for target in targets if target != "this"} <= {f"#{name}" for name in page.ids}, path
        waiting += [link for link in links(page.values("href") | page.values("hx-get")) if link not in seen]
        for method, url in set(requests(page.elements)) - asked:
            asked.add((method, url))
            allow = (await client.options(url)).header("allow") or ""
            assert method in allow.split(", "), f"{path}: {method} {url}"
    assert len(seen) > 80


def links(urls: set[str]) -> Iterator[str]:
    """The pages of the tracker among some URLs."""
    for url in sorted(urls):
        if url.startswith("/") and not url.startswith(("/static/", "/tasks.csv", "/tasks?label=")):
            yield url


def requests(elements: list[Element]) -> Iterator[tuple[str, str]]:
    """Method and URL of every form and htmx request but GET."""
    for element in elements:
        attributes = element.attributes
        for verb in ("post", "put", "patch", "delete"):
            if url := attributes.get(f"hx-{verb}"):
                yield verb.upper(), url
        if action := attributes.get("action"):
            yield attributes["method"].upper(), action
