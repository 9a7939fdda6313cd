"""What people type: read from form fields, checked, and shown again with what is wrong. Frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from chirp import Request

from .domain import Kind, Member, State, Thing, ThingFilter
from .store import MemberDraft, ThingDraft

DAYS: Final = (7, 14, 28)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What all forms have: messages by field name."""

    errors: Mapping[str, str] = field(default_factory=dict[str, str])

    def error(self, name: str) -> str:
        """What is wrong with a field, or the empty string."""
        return self.errors.get(name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingForm(Form):
    """A thing as typed. `revision` is that of the thing when the form was opened."""

    code: str = ""
    name: str = ""
    kind: str = Kind.WORKSHOP
    about: str = ""
    place: str = ""
    revision: int = 0

    @classmethod
    def of(cls, thing: Thing) -> ThingForm:
        """The form that shows a thing as it is."""
        return cls(
            code=thing.code,
            name=thing.name,
            kind=thing.kind,
            about=thing.about,
            place=thing.place,
            revision=thing.revision,
        )

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> ThingForm:
        """Reads and checks."""
        code, name = _text(fields, "code").upper(), _text(fields, "name")
        kind = fields.get("kind", "")
        return cls(
            code=code,
            name=name,
            kind=kind,
            about=_text(fields, "about"),
            place=_text(fields, "place"),
            revision=number(fields.get("revision", "")),
            errors=_found(
                code=check_code(code),
                name=_required(name, "The name", 60),
                kind=None if kind in list(Kind) else "Choose one of the list.",
                place=_short(_text(fields, "place"), "The place", 60),
                about=_short(_text(fields, "about"), "The text", 1000),
            ),
        )

    def but(self, **messages: str) -> ThingForm:
        """The form with what turned out to be wrong."""
        return replace(self, errors=messages)

    def against(self, thing: Thing) -> ThingForm:
        """The form over what somebody else has saved meanwhile: the next save is meant to replace it."""
        message = "Somebody changed this thing while you were writing. Save again to put yours in its place."
        return replace(self, revision=thing.revision, errors={"revision": message})

    def draft(self) -> ThingDraft:
        """What the store takes. Only for a form without errors."""
        return ThingDraft(self.code, self.name, Kind(self.kind), self.about, self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberForm(Form):
    """A member as typed."""

    name: str = ""
    email: str = ""

    @classmethod
    def of(cls, member: Member) -> MemberForm:
        """The form that shows a member as they are."""
        return cls(name=member.name, email=member.email)

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> MemberForm:
        """Reads and checks."""
        name, email = _text(fields, "name"), _text(fields, "email")
        return cls(
            name=name, email=email, errors=_found(name=_required(name, "The name", 60), email=_check_email(email))
        )

    def but(self, **messages: str) -> MemberForm:
        """The form with what turned out to be wrong."""
        return replace(self, errors=messages)

    def draft(self) -> MemberDraft:
        """What the store takes. Only for a form without errors."""
        return MemberDraft(self.name, self.email)


def read_filter(request: Request) -> ThingFilter:
    """What a list is narrowed to; what makes no sense is left out."""
    query = request.query
    kind, state = query.get("kind", ""), query.get("state", "")
    return ThingFilter(
        words=query.get("q", "").strip()[:100],
        kind=Kind(kind) if kind in list(Kind) else None,
        state=State(state) if state in list(State) else None,
        page=query.get_int("page", 1),
    )


def read_days(text: str) -> int:
    """For how long; the middle of the choices where the form says something else."""
    return int(text) if text in {str(days) for days in DAYS} else DAYS[1]


def check_code(code: str) -> str | None:
    """What is wrong with the code on a thing's label."""
    if not code:
        return "The code is missing: it is what stands on the label."
    if len(code) > 10 or not code.replace("-", "").isalnum() or not code.isascii():
        return "Write up to ten letters and digits, such as W-12."
    return None


def _found(**messages: str | None) -> dict[str, str]:
    return {name: message for name, message in messages.items() if message}


def _text(fields: Mapping[str, str], name: str) -> str:
    return fields.get(name, "").strip()


def number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _short(text: str, what: str, limit: int) -> str | None:
    return f"{what} is too long: at most {limit} characters." if len(text) > limit else None


def _required(text: str, what: str, limit: int) -> str | None:
    return _short(text, what, limit) if text else f"{what} is missing."


def _check_email(email: str) -> str | None:
    name, at, host = email.partition("@")
    if name and at and "." in host and " " not in email and len(email) <= 120:
        return None
    return "Write an address such as ada@example.org."
