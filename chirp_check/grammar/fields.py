"""What someone might fill in: an example for each type of field, for trying forms."""

from collections.abc import Mapping
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
