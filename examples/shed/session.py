"""Who is at the keyboard. There are no passwords: it is a demonstration."""

from typing import Final

from chirp import g
from chirp.middleware.sessions import get_session

from .domain import Member
from .store import Missing, Store

MEMBER: Final = "member"


class NotEntered(Exception):
    """Only a member can do this, and nobody has said who they are."""


def me(store: Store) -> Member | None:
    """The member this request comes from, read at most once."""
    if "member" not in g:
        g.member = _read(store)
    member: Member | None = g.member
    return member


def needed(store: Store) -> Member:
    """The member this request comes from; NotEntered."""
    member = me(store)
    if member is None:
        raise NotEntered
    return member


def enter(member: Member) -> None:
    """From now on the session is this member's."""
    session = get_session()
    session[MEMBER] = member.id
    session.rotate()


def leave() -> None:
    """From now on the session is nobody's."""
    get_session().clear()


def _read(store: Store) -> Member | None:
    known = get_session().get(MEMBER)
    try:
        return None if known is None else store.member(known)
    except Missing:
        return None
