"""How values read on the page: the template filters, pure functions."""

from datetime import date


def day(value: date) -> str:
    """`2026-11-03` → `3 November`."""
    return f"{value.day} {value:%B}"


def plural(number: int, noun: str) -> str:
    """`1 thing`, `2 things`, `no things`."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def initials(name: str) -> str:
    """`Ada Osei` → `AO`."""
    return "".join(word[0] for word in name.split()[:2]).upper()


def until(due: date, today: date) -> str:
    """`due in 3 days`, `due tomorrow`, `due today`, `2 days late`."""
    days = (due - today).days
    if days < 0:
        return f"{plural(-days, 'day')} late"
    return {0: "due today", 1: "due tomorrow"}.get(days) or f"due in {days} days"
