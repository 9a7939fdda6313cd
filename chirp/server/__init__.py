"""From an ASGI message to a handler's value, and from that value to a response."""
