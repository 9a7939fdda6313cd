"""How values read on the page: the template filters, pure functions."""

from datetime import date


def amount(value: float) -> str:
    """`200`, `1.5`, `½`; the empty string for nothing."""
    halves = {0.25: "¼", 0.5: "½", 0.75: "¾"}
    if not value:
        return ""
    whole, rest = divmod(round(value * 4) / 4, 1)
    if value < 20 and rest in halves:
        return f"{int(whole) or ''}{halves[rest]}"
    return f"{value:.0f}" if value >= 20 or value == int(value) else f"{value:.1f}"


def day(value: date) -> str:
    """`2026-11-03` → `3 November`."""
    return f"{value.day} {value:%B}"


def weekday(value: date) -> str:
    """`Tuesday`."""
    return f"{value:%A}"


def minutes(value: int) -> str:
    """`40 min`, `1 h`, `2 h 15 min`."""
    hours, rest = divmod(value, 60)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part
    )


def plural(number: int, noun: str) -> str:
    """`1 note`, `2 notes`, `no notes`."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
