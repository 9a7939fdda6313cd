"""The team's data in memory: one lock, frozen values in, frozen values out."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from threading import RLock

from .domain import (
    Comment,
    Counts,
    Event,
    Hue,
    Label,
    Person,
    Project,
    Status,
    Task,
    TaskDraft,
    TaskFilter,
    TaskView,
)

PAGE_SIZE = 12
EVERYTHING = TaskFilter()

type Clock = Callable[[], datetime]


class Missing(LookupError):
    """Nothing has this id, or not any more."""


def _pick[T](things: Mapping[int, T], id: int, what: str) -> T:
    found = things.get(id)
    if found is None:
        raise Missing(f"There is no {what} {id}.")
    return found


def utc_now() -> datetime:
    """The clock of a running tracker."""
    return datetime.now(UTC)


class Store:
    """Everything the team has written down. Every public method is one atomic step."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self.clock = clock
        self._lock = RLock()
        self._last_id: Counter[str] = Counter()
        self._people: dict[int, Person] = {}
        self._projects: dict[int, Project] = {}
        self._labels: dict[int, Label] = {}
        self._tasks: dict[int, Task] = {}
        self._comments: dict[int, Comment] = {}
        self._events: list[Event] = []
        self._drafts: dict[tuple[int, int], str] = {}

    def become(self, other: Store) -> None:
        """Forgets everything, and takes over what another store holds. The other one is not to be used after that."""
        with self._lock:
            self._last_id, self._drafts = other._last_id, other._drafts
            self._people, self._projects, self._labels = other._people, other._projects, other._labels
            self._tasks, self._comments, self._events = other._tasks, other._comments, other._events

    def _next(self, kind: str) -> int:
        self._last_id[kind] += 1
        return self._last_id[kind]

    # People

    def people(self) -> tuple[Person, ...]:
        """Everybody, by name."""
        with self._lock:
            return tuple(sorted(self._people.values(), key=lambda person: person.name))

    def person(self, id: int) -> Person:
        """Raises Missing."""
        with self._lock:
            return _pick(self._people, id, "person")

    def find_email(self, email: str) -> Person | None:
        """The person with this address, in any case."""
        with self._lock:
            return next((p for p in self._people.values() if p.email.casefold() == email.casefold()), None)

    def add_person(self, name: str, email: str, role: str, hue: Hue = Hue.SLATE) -> Person:
        """A new member of the team."""
        with self._lock:
            person = Person(self._next("person"), name, email, role, hue)
            self._people[person.id] = person
            return person

    def change_person(self, id: int, *, name: str, email: str, role: str) -> Person:
        """Raises Missing."""
        with self._lock:
            person = replace(self.person(id), name=name, email=email, role=role)
            self._people[id] = person
            for comment in self._comments.values():
                if comment.author.id == id:
                    self._comments[comment.id] = replace(comment, author=person)
            self._events = [replace(event, who=person) if event.who.id == id else event for event in self._events]
            return person

    # Projects

    def projects(self, *, archived: bool = False, text: str = "") -> tuple[Project, ...]:
        """Projects by name, either the archived ones or the others."""
        wanted = text.casefold()
        with self._lock:
            found = [
                project
                for project in self._projects.values()
                if project.archived is archived and wanted in f"{project.name} {project.summary}".casefold()
            ]
        return tuple(sorted(found, key=lambda project: project.name))

    def project(self, id: int) -> Project:
        """Raises Missing."""
        with self._lock:
            return _pick(self._projects, id, "project")

    def find_key(self, key: str) -> Project | None:
        """The project whose tasks start with this key."""
        with self._lock:
            return next((p for p in self._projects.values() if p.key == key.upper()), None)

    def add_project(self, name: str, key: str, summary: str, hue: Hue, lead_id: int) -> Project:
        """A new, empty project."""
        with self._lock:
            project = Project(self._next("project"), key.upper(), name, summary, hue, lead_id)
            self._projects[project.id] = project
            return project

    def change_project(self, project: Project) -> Project:
        """Stores a changed copy of a project. Raises Missing."""
        with self._lock:
            _pick(self._projects, project.id, "project")
            self._projects[project.id] = project
            return project

    def delete_project(self, id: int) -> None:
        """Deletes a project with all its tasks. Raises Missing."""
        with self._lock:
            self.project(id)
            for task_id in [task.id for task in self._tasks.values() if task.project_id == id]:
                self.delete_task(task_id)
            del self._projects[id]

    # Labels

    def labels(self) -> tuple[Label, ...]:
        """All labels, by name."""
        with self._lock:
            return tuple(sorted(self._labels.values(), key=lambda label: label.name.casefold()))

    def label(self, id: int) -> Label:
        """Raises Missing."""
        with self._lock:
            return _pick(self._labels, id, "label")

    def find_label(self, name: str) -> Label | None:
        """The label of that name, in any case."""
        with self._lock:
            return next((label for label in self._labels.values() if label.name.casefold() == name.casefold()), None)

    def add_label(self, name: str, hue: Hue) -> Label:
        """A new label that no task carries yet."""
        with self._lock:
            label = Label(self._next("label"), name, hue)
            self._labels[label.id] = label
            return label

    def change_label(self, id: int, name: str, hue: Hue) -> Label:
        """Raises Missing."""
        with self._lock:
            self.label(id)
            self._labels[id] = Label(id, name, hue)
            return self._labels[id]

    def delete_label(self, id: int) -> None:
        """Deletes a label and takes it off every task. Raises Missing."""
        with self._lock:
            self.label(id)
            del self._labels[id]
            for task in self._tasks.values():
                if id in task.label_ids:
                    rest = tuple(label for label in task.label_ids if label != id)
                    self._tasks[task.id] = replace(task, label_ids=rest)

    def label_uses(self) -> dict[int, int]:
        """Label id to number of tasks."""
        with self._lock:
            return dict(Counter(label for task in self._tasks.values() for label in task.label_ids))

    # Tasks

    def tasks(self, wanted: TaskFilter = EVERYTHING) -> tuple[TaskView, ...]:
        """Tasks of projects that are not archived (or of the wanted project), sorted as wanted."""
        with self._lock:
            found = [self._view(task) for task in self._tasks.values() if self._matches(task, wanted)]
        match wanted.sort:
            case "due":
                found.sort(key=lambda task: (task.due is None, task.due or task.created.date(), task.id))
            case "priority":
                found.sort(key=lambda task: (-task.priority.rank, task.id))
            case "title":
                found.sort(key=lambda task: task.title.casefold())
            case _:
                found.sort(key=lambda task: (task.updated, task.id), reverse=True)
        return tuple(found)

    def _matches(self, task: Task, wanted: TaskFilter) -> bool:
        project = self._projects[task.project_id]
        if wanted.project != project.id and (wanted.project or project.archived):
            return False
        if wanted.status and task.status != wanted.status:
            return False
        if wanted.assignee and task.assignee_id != wanted.assignee:
            return False
        if wanted.label and wanted.label not in task.label_ids:
            return False
        return wanted.text.casefold() in f"{project.key}-{task.id} {task.title} {task.body}".casefold()

    def _view(self, task: Task) -> TaskView:
        return TaskView(
            id=task.id,
            title=task.title,
            body=task.body,
            status=task.status,
            priority=task.priority,
            project=self._projects[task.project_id],
            assignee=self._people[task.assignee_id] if task.assignee_id else None,
            labels=tuple(self._labels[label] for label in task.label_ids),
            due=task.due,
            created=task.created,
            updated=task.updated,
            comments=sum(comment.task_id == task.id for comment in self._comments.values()),
        )

    def task(self, id: int) -> TaskView:
        """Raises Missing."""
        with self._lock:
            return self._view(_pick(self._tasks, id, "task"))

    def add_task(self, project_id: int, draft: TaskDraft, author: Person) -> TaskView:
        """A new task. Raises Missing where there is no such project."""
        with self._lock:
            self.project(project_id)
            now = self.clock()
            task = self._stored(self._next("task"), project_id, draft, created=now)
            self._tasks[task.id] = task
            self._log(author, "created", task)
            return self._view(task)

    def change_task(self, id: int, draft: TaskDraft, author: Person) -> TaskView:
        """Replaces all that a draft says. Raises Missing."""
        with self._lock:
            old = _pick(self._tasks, id, "task")
            task = self._stored(id, old.project_id, draft, created=old.created)
            self._tasks[id] = task
            self._log(author, "edited", task)
            return self._view(task)

    def _stored(self, id: int, project_id: int, draft: TaskDraft, *, created: datetime) -> Task:
        return Task(
            id=id,
            project_id=project_id,
            title=draft.title,
            body=draft.body,
            status=draft.status,
            priority=draft.priority,
            assignee_id=draft.assignee_id,
            label_ids=draft.label_ids,
            due=draft.due,
            created=created,
            updated=self.clock(),
        )

    def move_task(self, id: int, status: Status, author: Person) -> TaskView:
        """Puts a task into another column. Raises Missing."""
        with self._lock:
            task = replace(_pick(self._tasks, id, "task"), status=status, updated=self.clock())
            self._tasks[id] = task
            self._log(author, f"moved to {status.label.lower()}", task)
            return self._view(task)

    def delete_task(self, id: int) -> None:
        """Deletes a task with what was said about it. Raises Missing."""
        with self._lock:
            _pick(self._tasks, id, "task")
            del self._tasks[id]
            self._comments = {key: kept for key, kept in self._comments.items() if kept.task_id != id}
            self._events = [event for event in self._events if event.task_id != id]
            self._drafts = {key: text for key, text in self._drafts.items() if key[0] != id}

    def counts(self, project_id: int = 0) -> Counts:
        """How many tasks are where, in one project or in all that are not archived."""
        counted = Counter(task.status.value for task in self.tasks(TaskFilter(project=project_id)))
        return Counts(**counted)

    # Comments

    def comments(self, task_id: int) -> tuple[Comment, ...]:
        """What was said about a task, oldest first."""
        with self._lock:
            return tuple(comment for comment in self._comments.values() if comment.task_id == task_id)

    def comment(self, id: int) -> Comment:
        """Raises Missing."""
        with self._lock:
            return _pick(self._comments, id, "comment")

    def add_comment(self, task_id: int, author: Person, body: str) -> Comment:
        """A new comment; the author's draft is gone. Raises Missing."""
        with self._lock:
            task = _pick(self._tasks, task_id, "task")
            comment = Comment(self._next("comment"), task_id, author, body, self.clock())
            self._comments[comment.id] = comment
            self._drafts.pop((task_id, author.id), None)
            self._log(author, "commented on", task)
            return comment

    def change_comment(self, id: int, body: str) -> Comment:
        """Raises Missing."""
        with self._lock:
            comment = replace(self.comment(id), body=body)
            self._comments[id] = comment
            return comment

    def delete_comment(self, id: int) -> None:
        """Raises Missing."""
        with self._lock:
            self.comment(id)
            del self._comments[id]

    def draft(self, task_id: int, author_id: int) -> str:
        """What somebody has typed and not sent."""
        with self._lock:
            return self._drafts.get((task_id, author_id), "")

    def keep_draft(self, task_id: int, author_id: int, text: str) -> None:
        """Remembers what somebody has typed. Raises Missing."""
        with self._lock:
            _pick(self._tasks, task_id, "task")
            self._drafts[task_id, author_id] = text

    # Activity

    def _log(self, who: Person, verb: str, task: Task) -> None:
        event = Event(self._next("event"), who, verb, task.id, task.title, self.clock())
        self._events.append(event)

    def events(self, page: int = 1) -> tuple[Event, ...]:
        """One page of what happened, newest first; pages count from 1."""
        with self._lock:
            newest = self._events[::-1]
        return tuple(newest[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])

    def event_pages(self) -> int:
        """How many pages there are, at least 1."""
        with self._lock:
            return max(1, -(-len(self._events) // PAGE_SIZE))


def by_status(tasks: tuple[TaskView, ...]) -> dict[Status, tuple[TaskView, ...]]:
    """The board: every status in board order, most urgent task first."""
    urgent_first = sorted(tasks, key=lambda task: -task.priority.rank)
    return {status: tuple(task for task in urgent_first if task.status is status) for status in Status}
