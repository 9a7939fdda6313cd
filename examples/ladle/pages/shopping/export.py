"""The list as text, for another device."""

from chirp import Response
from examples.ladle.domain import Item


def get(items: tuple[Item, ...]) -> Response:
    lines = [f"- {item.text}" for item in items if not item.ticked]
    return Response("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
