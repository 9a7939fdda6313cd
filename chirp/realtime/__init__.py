"""Server-sent events: what a handler yields, and how it is written on the wire."""

from chirp.realtime.events import EventStream, SSEEvent, SSEResponse

__all__ = ["EventStream", "SSEEvent", "SSEResponse"]
