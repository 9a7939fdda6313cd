"""The attributes of htmx that request a URL."""

from collections.abc import Mapping
from types import MappingProxyType

# The method that each asks with.
REQUESTS: Mapping[str, str] = MappingProxyType(
    {"hx-get": "GET", "hx-post": "POST", "hx-put": "PUT", "hx-patch": "PATCH", "hx-delete": "DELETE"}
)
