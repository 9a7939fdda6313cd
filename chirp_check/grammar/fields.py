"""What someone might fill in: an example for each type of field, for trying forms, and what to try last."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "email": "someone@example.org",
        "number": "1",
        "range": "1",
        "date": "2030-01-02",
        "time": "12:00",
        "datetime-local": "2030-01-02T12:00",
        "month": "2030-01",
        "url": "https://example.org/",
        "tel": "5550100",
        "color": "#336699",
        "password": "Example-1-password",
    }
)
TEXT = "Example"
ENDS = frozenset({"delete", "remove", "destroy", "discard", "clear", "purge", "reset", "archive", "leave", "logout"})


def takes_away(method: str, path: str, values: Iterable[str] = ()) -> bool:
    """Whether a request sounds as if something would be gone after it: others come before it."""
    words = {word for text in (path, *values) for word in text.lower().replace("-", "/").replace("_", "/").split("/")}
    return method == "DELETE" or not ENDS.isdisjoint(words)
