"""What only a running application knows, as a frozen value that the engine takes beside the text."""

import msgspec


class LiveRoute(msgspec.Struct, frozen=True):
    """A registered route: path as written, upper-case methods, name; the handler's absolute file and first line."""

    path: str
    methods: frozenset[str]
    name: str | None
    handler_file: str | None
    handler_line: int | None


class LiveFacts(msgspec.Struct, frozen=True):
    """Complete inventories of a live application; paths are absolute, `open_prefixes` are answered by no route."""

    routes: tuple[LiveRoute, ...]
    template_roots: tuple[str, ...]
    filters: frozenset[str]
    tests: frozenset[str]
    globals: frozenset[str]
    open_prefixes: tuple[str, ...] = ()
