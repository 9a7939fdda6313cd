"""What people type: read from form fields, checked, and shown again with what is wrong. Frozen values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from .domain import Hue, Label, Person, Priority, Project, Status, TaskDraft, TaskFilter, TaskView
from .store import Store

TITLE_LIMIT = 120


class Fields(Protocol):
    """Form fields or query parameters: text by name, several of one name allowed."""

    def get(self, key: str, default: str, /) -> str: ...
    def get_list(self, key: str, /) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What all forms have: messages by field name."""

    errors: Mapping[str, str] = field(default_factory=dict[str, str])

    def error(self, name: str) -> str:
        """What is wrong with a field, or the empty string."""
        return self.errors.get(name, "")

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.errors


def _found(**messages: str | None) -> dict[str, str]:
    return {name: message for name, message in messages.items() if message}


def _required(text: str, what: str, limit: int = TITLE_LIMIT) -> str | None:
    if not text:
        return f"{what} is missing."
    if len(text) > limit:
        return f"{what} is too long: at most {limit} characters."
    return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _text(fields: Fields, name: str) -> str:
    return fields.get(name, "").strip()


@dataclass(frozen=True, slots=True)
class TaskForm(Form):
    """A task as typed."""

    title: str = ""
    body: str = ""
    status: str = Status.TODO
    priority: str = Priority.NORMAL
    assignee: str = ""
    due: str = ""
    labels: tuple[int, ...] = ()

    @classmethod
    def of(cls, task: TaskView) -> TaskForm:
        """The form that shows a task as it is."""
        return cls(
            title=task.title,
            body=task.body,
            status=task.status,
            priority=task.priority,
            assignee=str(task.assignee.id) if task.assignee else "",
            due=task.due.isoformat() if task.due else "",
            labels=tuple(label.id for label in task.labels),
        )

    @classmethod
    def read(cls, fields: Fields, store: Store) -> TaskForm:
        """Reads and checks."""
        title, assignee, due = _text(fields, "title"), _text(fields, "assignee"), _text(fields, "due")
        status = fields.get("status", Status.TODO)
        priority = fields.get("priority", Priority.NORMAL)
        known = {label.id for label in store.labels()}
        return cls(
            title=title,
            body=_text(fields, "body"),
            status=status,
            priority=priority,
            assignee=assignee,
            due=due,
            labels=tuple(_number(text) for text in fields.get_list("label") if _number(text) in known),
            errors=_found(
                title=_required(title, "The title"),
                status=None if status in list(Status) else "Choose one of the list.",
                priority=None if priority in list(Priority) else "Choose one of the list.",
                assignee=_check_assignee(assignee, store),
                due=_check_date(due),
            ),
        )

    def draft(self) -> TaskDraft:
        """What the store takes. Only for a form that is ok."""
        return TaskDraft(
            title=self.title,
            body=self.body,
            status=Status(self.status),
            priority=Priority(self.priority),
            assignee_id=int(self.assignee) if self.assignee else None,
            label_ids=self.labels,
            due=date.fromisoformat(self.due) if self.due else None,
        )


def _check_assignee(text: str, store: Store) -> str | None:
    if not text or _number(text) in {person.id for person in store.people()}:
        return None
    return "Choose somebody of the team."


def _check_date(text: str) -> str | None:
    try:
        if text:
            date.fromisoformat(text)
    except ValueError:
        return "Write the date as year-month-day."
    return None


@dataclass(frozen=True, slots=True)
class ProjectForm(Form):
    """A project as typed."""

    name: str = ""
    key: str = ""
    summary: str = ""
    lead: str = ""
    hue: str = Hue.TEAL
    confirm: str = ""

    @classmethod
    def of(cls, project: Project) -> ProjectForm:
        """The form that shows a project as it is."""
        return cls(
            name=project.name,
            key=project.key,
            summary=project.summary,
            lead=str(project.lead_id),
            hue=project.hue,
        )

    @classmethod
    def read(cls, fields: Fields, store: Store, known: Project | None = None) -> ProjectForm:
        """Reads and checks; the key of a known project cannot change."""
        name, lead, hue = _text(fields, "name"), _text(fields, "lead"), _hue(fields)
        key = known.key if known else _text(fields, "key").upper()
        return cls(
            name=name,
            key=key,
            summary=_text(fields, "summary"),
            lead=lead,
            hue=hue,
            errors=_found(
                name=_required(name, "The name", 60),
                key=None if known else _check_key(key, store),
                lead=_check_assignee(lead, store) if lead else "Choose who leads the project.",
            ),
        )


def _check_key(key: str, store: Store) -> str | None:
    if not (2 <= len(key) <= 4 and key.isascii() and key.isalpha()):
        return "The key is two to four letters."
    if taken := store.find_key(key):
        return f"{taken.name} has this key already."
    return None


def _hue(fields: Fields) -> str:
    hue = fields.get("hue", "")
    return hue if hue in list(Hue) else Hue.TEAL


@dataclass(frozen=True, slots=True)
class LabelForm(Form):
    """A label as typed."""

    name: str = ""
    hue: str = Hue.TEAL

    @classmethod
    def of(cls, label: Label) -> LabelForm:
        """The form that shows a label as it is."""
        return cls(name=label.name, hue=label.hue)

    @classmethod
    def read(cls, fields: Fields, store: Store, known: Label | None = None) -> LabelForm:
        """Reads and checks; a known label may keep its name."""
        name = _text(fields, "name")
        other = store.find_label(name)
        taken = other is not None and other != known
        message = _required(name, "The name", 24) or ("There is a label of this name." if taken else None)
        return cls(name=name, hue=_hue(fields), errors=_found(name=message))


@dataclass(frozen=True, slots=True)
class PersonForm(Form):
    """A person as typed."""

    name: str = ""
    email: str = ""
    role: str = ""

    @classmethod
    def of(cls, person: Person) -> PersonForm:
        """The form that shows a person as they are."""
        return cls(name=person.name, email=person.email, role=person.role)

    @classmethod
    def read(cls, fields: Fields, store: Store, known: Person | None = None) -> PersonForm:
        """Reads and checks; a known person may keep their address."""
        name, email, role = _text(fields, "name"), _text(fields, "email"), _text(fields, "role")
        other = store.find_email(email)
        taken = other is not None and (known is None or other.id != known.id)
        return cls(
            name=name,
            email=email,
            role=role,
            errors=_found(
                name=_required(name, "The name", 60),
                email=_check_email(email) or ("Somebody has this address already." if taken else None),
                role=_required(role, "The role", 40),
            ),
        )


def _check_email(email: str) -> str | None:
    name, at, host = email.partition("@")
    if name and at and "." in host and " " not in email:
        return None
    return "Write an address such as ada@example.org."


@dataclass(frozen=True, slots=True)
class CommentForm(Form):
    """A comment as typed."""

    body: str = ""

    @classmethod
    def read(cls, fields: Fields) -> CommentForm:
        """Reads and checks."""
        body = _text(fields, "body")
        return cls(body=body, errors=_found(body=_required(body, "The comment", 4000)))


def read_filter(query: Mapping[str, str], project: int = 0) -> TaskFilter:
    """What a list is narrowed to; what makes no sense is left out."""
    status = query.get("status", "")
    return TaskFilter(
        text=query.get("q", "").strip(),
        status=status if status in list(Status) else "",
        assignee=_number(query.get("assignee", "")),
        label=_number(query.get("label", "")),
        project=project,
        sort=query.get("sort", "updated"),
    )
