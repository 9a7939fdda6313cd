"""What is on the list."""

from examples.ladle.domain import Item
from examples.ladle.kitchen import store


def context() -> dict[str, tuple[Item, ...]]:
    return {"items": store().items()}
