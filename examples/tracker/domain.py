"""What the tracker knows: people, projects, tasks, labels, comments. Frozen values; only the store makes new ones."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Status(StrEnum):
    """Where a task is on the board, in board order."""

    TODO = "todo"
    DOING = "doing"
    REVIEW = "review"
    DONE = "done"

    @property
    def label(self) -> str:
        """The words a person reads."""
        return {"todo": "To do", "doing": "In progress", "review": "In review", "done": "Done"}[self.value]


class Priority(StrEnum):
    """How soon a task matters, least first."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def label(self) -> str:
        """The word a person reads."""
        return self.value.capitalize()

    @property
    def rank(self) -> int:
        """0 for the least urgent."""
        return list(Priority).index(self)


class Hue(StrEnum):
    """The colours that style.css has a class for (`hue-…`)."""

    ROSE = "rose"
    AMBER = "amber"
    LIME = "lime"
    TEAL = "teal"
    SKY = "sky"
    VIOLET = "violet"
    SLATE = "slate"


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the team."""

    id: int
    name: str
    email: str
    role: str
    hue: Hue


@dataclass(frozen=True, slots=True)
class Label:
    """A word that tasks can carry."""

    id: int
    name: str
    hue: Hue


@dataclass(frozen=True, slots=True)
class Project:
    """A piece of work with its own list and board."""

    id: int
    key: str
    name: str
    summary: str
    hue: Hue
    lead_id: int
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it is stored: other things by id."""

    id: int
    project_id: int
    title: str
    body: str
    status: Status
    priority: Priority
    assignee_id: int | None
    label_ids: tuple[int, ...]
    due: date | None
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said about a task."""

    id: int
    task_id: int
    author: Person
    body: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the activity page."""

    id: int
    who: Person
    verb: str
    task_id: int
    title: str
    when: datetime


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as it is shown: other things in full."""

    id: int
    title: str
    body: str
    status: Status
    priority: Priority
    project: Project
    assignee: Person | None
    labels: tuple[Label, ...]
    due: date | None
    created: datetime
    updated: datetime
    comments: int

    @property
    def done(self) -> bool:
        """Whether nobody has to do anything more."""
        return self.status is Status.DONE

    @property
    def ref(self) -> str:
        """The short name people say, such as `WEB-12`."""
        return f"{self.project.key}-{self.id}"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tasks are where."""

    todo: int = 0
    doing: int = 0
    review: int = 0
    done: int = 0

    @property
    def open(self) -> int:
        """Tasks that are not done."""
        return self.todo + self.doing + self.review

    @property
    def total(self) -> int:
        """All tasks."""
        return self.open + self.done

    @property
    def percent(self) -> int:
        """The share that is done, 0 to 100."""
        return round(100 * self.done / self.total) if self.total else 0


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """What a form says about a task, already checked."""

    title: str
    body: str = ""
    status: Status = Status.TODO
    priority: Priority = Priority.NORMAL
    assignee_id: int | None = None
    label_ids: tuple[int, ...] = ()
    due: date | None = None


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a list of tasks is narrowed to; empty means everything."""

    text: str = ""
    status: str = ""
    assignee: int = 0
    label: int = 0
    project: int = 0
    sort: str = "updated"

    @property
    def active(self) -> bool:
        """Whether anything is left out."""
        return bool(self.text or self.status or self.assignee or self.label or self.project)
