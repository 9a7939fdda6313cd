"""What a running application was seen to give, as frozen values that are compared with the model."""

import msgspec

type Seen = str | int | float | bool | SeenValue | None


class SeenValue(msgspec.Struct, frozen=True):
    """What a handler gave, or a part of it; `kind` is the name of its class.

    `arguments` are those that a return type takes by these names, `names` the keys of its context, `parts` the items of
    a tuple, or the values that a return type carries.
    """

    kind: str
    arguments: tuple[tuple[str, Seen], ...] = ()
    names: frozenset[str] = frozenset()
    parts: tuple[Seen, ...] = ()

    def get(self, name: str) -> Seen:
        """An argument; None where it is not given."""
        return next((value for key, value in self.arguments if key == name), None)


def described(seen: Seen) -> str:
    """A value in a few words."""
    if not isinstance(seen, SeenValue):
        return f"`{seen!r}`" if isinstance(seen, str) and len(seen) <= 40 else f"`{type(seen).__name__}`"
    said = [value for _, value in seen.arguments if isinstance(value, str)]
    words = ", ".join(f'"{value}"' for value in said)
    return f"`{seen.kind}({words})`" if words else f"`{seen.kind}`"
