"""What people do in the tracker: every form and button, right and wrong, with htmx and without JavaScript."""

from collections.abc import Mapping
from datetime import datetime

import pytest

from chirp.http.response import Response
from chirp.testing import TestClient
from examples.tracker.domain import Status
from examples.tracker.store import Missing, Store
from tests.examples.reading import BOOSTED, BROWSER, HTMX, read

pytestmark = pytest.mark.asyncio(loop_scope="module")

TASK = {"title": "Water the plants", "body": "All of them.", "status": "doing", "priority": "high"}


def went_to(response: Response) -> str | None:
    """Where a browser is sent after a form; None when it is not."""
    return response.header("location") if response.status == 303 else None


async def test_adding_a_task(client: TestClient, store: Store) -> None:
    response = await client.post("/projects/1/tasks", data={"title": "Water the plants"}, headers=HTMX)
    answer = read(response)
    assert response.status == 200
    assert answer.ids[0] == "quick-add", "an empty form for the next one"
    assert answer.out_of_band == {
        "task-list": "true",
        "project-counts": "true",
        "toasts": "beforeend",
        "open-count": "true",
    }
    assert "Water the plants" in answer.text
    assert "8 open of 10" in " ".join(answer.text.split())
    assert store.counts(1).total == 10

    assert went_to(await client.post("/projects/1/tasks", data={"title": "And the cactus"})) == "/projects/1"
    assert "And the cactus" in (await client.get("/projects/1")).text


async def test_adding_a_task_without_a_title(client: TestClient, store: Store) -> None:
    part = await client.post("/projects/1/tasks", data={"title": " "}, headers=HTMX)
    assert (part.status, part.header("hx-retarget")) == (422, "#quick-add")
    assert read(part).ids == ["quick-add", "quick-title"]
    assert "The title is missing." in part.text
    for headers in (BROWSER, BOOSTED):
        whole = await client.post("/projects/1/tasks", data={"title": "x" * 121}, headers=headers)
        assert whole.status == 422
        assert read(whole).whole
        assert "The title is too long" in whole.text
    assert store.counts(1).total == 9


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_editing_a_task(client: TestClient, store: Store, method: str) -> None:
    typed: dict[str, str | list[str]] = {**TASK, "assignee": "2", "due": "2026-12-24", "label": ["1", "3", "99"]}
    response = await client.request(method, "/tasks/1", data=typed, headers=HTMX)
    answer = read(response)
    assert answer.ids[0] == "task-detail"
    assert set(answer.out_of_band) == {"toasts", "open-count"}
    assert "24 December" in answer.text
    task = store.task(1)
    assert (task.title, task.body, task.status) == ("Water the plants", "All of them.", Status.DOING)
    assert [label.name for label in task.labels] == ["bug", "docs"]
    assert went_to(await client.request(method, "/tasks/1", data=TASK)) == "/tasks/1"
    assert store.task(1).assignee is None


async def test_editing_a_task_wrongly(client: TestClient, store: Store) -> None:
    typed = {"title": "", "status": "lost", "priority": "!", "assignee": "77", "due": "soon", "body": "Kept."}
    part = await client.put("/tasks/1", data=typed, headers=HTMX)
    assert part.status == 422
    assert read(part).ids[0] == "task-form"
    for message in ("The title is missing", "Choose one of the list", "Choose somebody of the team", "year-month-day"):
        assert message in part.text
    assert "Kept." in part.text
    whole = await client.post("/tasks/1", data=typed)
    assert whole.status == 422
    assert read(whole).whole
    assert store.task(1).title.startswith("Rewrite")


async def test_ticking_a_task_off(client: TestClient, store: Store) -> None:
    response = await client.post("/tasks/1/toggle", headers=HTMX)
    answer = read(response)
    assert response.header("hx-trigger") == "task-changed"
    assert answer.ids[0] == "task-1"
    assert answer.out_of_band == {"open-count": "true"}
    assert store.task(1).done
    for headers in (BROWSER, BOOSTED):
        assert went_to(await client.post("/tasks/1/toggle", headers=headers)) == "/projects/1"
    assert store.task(1).done


async def test_moving_a_task(client: TestClient, store: Store) -> None:
    moved = read(await client.patch("/tasks/2/move", data={"status": "doing"}, headers=HTMX))
    assert moved.ids[0] == "board"
    assert set(moved.out_of_band) == {"project-counts", "toasts", "open-count"}
    assert store.task(2).status is Status.DOING
    assert went_to(await client.post("/tasks/2/move", data={"status": "review"})) == "/projects/1/board"

    changed = read(await client.patch("/tasks/2/status", data={"status": "done"}, headers=HTMX))
    assert changed.ids[0] == "task-status"
    assert "WEB-2 is now done." in changed.text
    assert went_to(await client.post("/tasks/2/status", data={"status": "nonsense"})) == "/tasks/2"
    assert store.task(2).status is Status.TODO


async def test_deleting_a_task(client: TestClient, store: Store) -> None:
    response = await client.delete("/tasks/1", headers=HTMX)
    answer = read(response)
    assert (response.status, response.header("hx-trigger")) == (200, "task-changed")
    assert answer.out_of_band == {"toasts": "beforeend", "open-count": "true"}
    assert answer.ids == ["toasts", "open-count"], "nothing is left for the row"
    with pytest.raises(Missing):
        store.task(1)
    assert store.comments(1) == ()

    assert went_to(await client.post("/tasks/2/delete")) == "/projects/1"
    assert (await client.post("/tasks/2/delete")).status == 404
    again = await client.delete("/tasks/1", headers=HTMX)
    assert (again.status, again.header("hx-retarget")) == (404, "#toasts")


async def test_commenting(client: TestClient, store: Store) -> None:
    answer = read(await client.post("/tasks/1/comments", data={"body": "A & B\n\nC"}, headers=HTMX))
    assert answer.ids[0] == "comment-form"
    assert answer.out_of_band["comments"] == "beforeend"
    assert answer.out_of_band["comment-count"] == "true"
    assert "comment-10" in answer.ids
    assert went_to(await client.post("/tasks/1/comments", data={"body": "More"})) == "/tasks/1"
    assert [comment.body for comment in store.comments(1)][2:] == ["A & B\n\nC", "More"]

    part = await client.post("/tasks/1/comments", data={"body": ""}, headers=HTMX)
    assert part.status == 422
    assert read(part).ids[0] == "comment-form"
    whole = await client.post("/tasks/1/comments", data={})
    assert whole.status == 422
    assert read(whole).whole


async def test_changing_a_comment(client: TestClient, store: Store) -> None:
    answer = read(await client.put("/comments/2/edit", data={"body": "Three words."}, headers=HTMX))
    assert answer.ids[0] == "comment-2"
    assert store.comment(2).body == "Three words."
    assert went_to(await client.post("/comments/2/edit", data={"body": "Two words."})) == "/tasks/1"
    for headers, whole in ((HTMX, False), (BROWSER, True)):
        wrong = await client.post("/comments/2/edit", data={"body": ""}, headers=headers)
        assert wrong.status == 422
        assert read(wrong).whole is whole

    removed = read(await client.delete("/comments/2", headers=HTMX))
    assert removed.out_of_band == {"comment-count": "true"}
    assert went_to(await client.post("/comments/9/delete")) == "/tasks/20"


async def test_a_comment_of_somebody_else_stays(client: TestClient, store: Store) -> None:
    for method, path in (
        ("GET", "/comments/1/edit"),
        ("PUT", "/comments/1/edit"),
        ("DELETE", "/comments/1"),
        ("POST", "/comments/1/delete"),
    ):
        assert (await client.request(method, path, data={"body": "Mine now."})).status == 403
    assert store.comment(1).body.startswith("The second candidate")


async def test_a_draft_is_kept_until_it_is_sent(client: TestClient) -> None:
    kept = await client.put("/tasks/1/draft", data={"body": "Half a thought"}, headers=HTMX)
    assert (kept.status, kept.header("hx-trigger")) == (204, "draft-saved")
    assert "Draft kept at 12:00" in (await client.get("/tasks/1/draft", headers=HTMX)).text
    assert "Half a thought</textarea>" in (await client.get("/tasks/1")).text
    await client.post("/tasks/1/comments", data={"body": "A whole one"})
    assert "Half a thought" not in (await client.get("/tasks/1")).text


async def test_adding_a_project(client: TestClient, store: Store) -> None:
    typed = {"name": "Garden", "key": "gar", "summary": "", "lead": "2", "hue": "lime"}
    assert went_to(await client.post("/projects/new", data=typed, headers=BOOSTED)) == "/projects/5"
    assert store.project(5).key == "GAR"
    wrong = await client.post("/projects/new", data={"name": "", "key": "web", "lead": "x"}, headers=BOOSTED)
    assert wrong.status == 422
    assert read(wrong).whole
    for message in ("The name is missing.", "Website has this key already.", "Choose somebody of the team."):
        assert message in wrong.text


async def test_the_settings_of_a_project(client: TestClient, store: Store) -> None:
    async def send(fields: dict[str, str], headers: Mapping[str, str] = BROWSER) -> Response:
        return await client.post("/projects/2/settings", data=fields, headers=headers)

    details = {"intent": "details", "name": "Phone app", "summary": "", "lead": "1", "hue": "rose"}
    answer = read(await send(details, HTMX))
    assert answer.ids[0] == "project-details"
    assert store.project(2).name == "Phone app"
    assert went_to(await send(details)) == "/projects/2/settings"
    assert (await send(details | {"name": ""}, HTMX)).status == 422
    assert went_to(await send({"intent": "archive"})) == "/projects"
    assert store.project(2).archived
    assert went_to(await send({"intent": "restore"})) == "/projects/2"
    refused = await send({"intent": "delete", "confirm": "no"})
    assert refused.status == 422
    assert read(refused).whole
    assert went_to(await send({"intent": "delete", "confirm": "app"})) == "/projects"
    with pytest.raises(Missing):
        store.project(2)


async def test_labels(client: TestClient, store: Store) -> None:
    added = read(await client.post("/labels", data={"name": "garden", "hue": "lime"}, headers=HTMX))
    assert added.ids[0] == "label-form"
    assert set(added.out_of_band) == {"labels", "label-total", "toasts", "open-count"}
    assert went_to(await client.post("/labels", data={"name": "kitchen", "hue": "?"})) == "/labels"
    for headers, whole in ((HTMX, False), (BROWSER, True)):
        wrong = await client.post("/labels", data={"name": "Garden"}, headers=headers)
        assert wrong.status == 422
        assert read(wrong).whole is whole

    assert read(await client.put("/labels/7", data={"name": "plants"}, headers=HTMX)).ids[0] == "label-7"
    assert went_to(await client.post("/labels/7", data={"name": "plants"})) == "/labels"
    assert (await client.put("/labels/7", data={"name": "bug"}, headers=HTMX)).status == 422

    removed = read(await client.delete("/labels/7", headers=HTMX))
    assert removed.out_of_band == {"label-total": "true"}
    assert went_to(await client.post("/labels/1/delete")) == "/labels"
    assert all(label.name != "bug" for task in store.tasks() for label in task.labels)


async def test_people(client: TestClient, store: Store) -> None:
    typed = {"name": "Femi Cole", "email": "femi@perch.example", "role": "Sales"}
    added = read(await client.post("/people", data=typed, headers=HTMX))
    assert added.ids[0] == "invite"
    assert set(added.out_of_band) == {"people", "toasts", "open-count"}
    assert went_to(await client.post("/people", data=typed | {"email": "f@perch.example"})) == "/people"
    for headers, whole in ((HTMX, False), (BROWSER, True)):
        wrong = await client.post("/people", data=typed, headers=headers)
        assert wrong.status == 422
        assert read(wrong).whole is whole
        assert "Somebody has this address already." in wrong.text
    assert len(store.people()) == 7


async def test_working_as_somebody_else(client: TestClient, store: Store) -> None:
    assert went_to(await client.post("/switch", data={"person": "4"})) == "/"
    assert client.cookies["perch_person"] == "4"
    assert "Good to see you, Dana" in (await client.get("/")).text
    assert (await client.post("/switch", data={"person": "none"})).status == 404
    client.cookies["perch_person"] = "../1"
    assert "Good to see you, Ada" in (await client.get("/")).text


async def test_ones_own_settings(client: TestClient, store: Store) -> None:
    profile = {"intent": "profile", "name": "Ada O.", "email": "ada@perch.example", "role": "Everything"}
    assert read(await client.post("/settings", data=profile, headers=HTMX)).ids[0] == "profile"
    assert store.comment(2).author.name == "Ada O.", "also on what was said before"
    assert went_to(await client.post("/settings", data=profile)) == "/settings"
    for headers, whole in ((HTMX, False), (BROWSER, True)):
        wrong = await client.post("/settings", data=profile | {"email": "ada"}, headers=headers)
        assert wrong.status == 422
        assert read(wrong).whole is whole
    assert went_to(await client.post("/settings", data={"intent": "?"})) == "/settings"
    assert went_to(await client.post("/settings", data={"intent": "start-over"})) == "/"
    assert store.person(1).name == "Ada Osei"

    assert went_to(await client.post("/settings", data={"intent": "appearance", "theme": "dark"})) == "/settings"
    assert 'data-theme="dark"' in (await client.get("/")).text
    await client.post("/settings", data={"intent": "appearance", "theme": 'x"; Path=/'})
    assert 'data-theme="auto"' in (await client.get("/")).text


async def test_what_people_type_is_text(client: TestClient) -> None:
    nasty = '<script>alert("1")</script>'
    await client.post("/projects/1/tasks", data={"title": nasty})
    await client.post("/tasks/1/comments", data={"body": nasty})
    for path in ("/projects/1", "/projects/1/board", "/tasks", "/tasks/1", "/activity", "/search?q=<script>"):
        assert "<script>" not in (await client.get(path)).text.replace("<script src=", "")


async def test_a_failure_is_a_page_and_says_nothing_of_the_inside(
    client: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> datetime:
        raise OSError("disk 7 is on fire")

    monkeypatch.setattr(store, "clock", broken)
    response = await client.get("/")
    assert response.status == 500
    assert "disk 7" not in response.text
    assert "It is not your fault." in response.text
