"""Messages for the next page: kept in the session until a template has shown them."""

from chirp.middleware.sessions import flash, get_flashed_messages

__all__ = ["flash", "get_flashed_messages"]
