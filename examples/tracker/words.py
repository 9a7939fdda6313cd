"""How values read on the page: the template filters, pure functions."""

from datetime import UTC, date, datetime, timedelta


def initials(name: str) -> str:
    """`Ada Osei` → `AO`."""
    return "".join(word[0] for word in name.split()[:2]).upper()


def first_name(name: str) -> str:
    """`Ada Osei` → `Ada`."""
    return name.partition(" ")[0]


def day(value: date) -> str:
    """`2026-11-03` → `3 November`."""
    return f"{value.day} {value:%B}"


def clock(value: datetime) -> str:
    """The time of day, `09:05`."""
    return f"{value:%H:%M}"


def plural(number: int, noun: str) -> str:
    """`1 task`, `2 tasks`, `no tasks`."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def paragraphs(text: str) -> list[str]:
    """Text cut at empty lines."""
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def ago(then: datetime, now: datetime | None = None) -> str:
    """`just now`, `5 minutes ago`, `yesterday`, `3 days ago`, `3 November`."""
    passed = (now or datetime.now(UTC)) - then
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return plural(passed.seconds // 60, "minute") + " ago"
    if passed < timedelta(days=1):
        return plural(passed.seconds // 3600, "hour") + " ago"
    if passed < timedelta(days=2):
        return "yesterday"
    if passed < timedelta(days=8):
        return f"{passed.days} days ago"
    return day(then)
