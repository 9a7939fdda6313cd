"""Rendering with values that are not there yet, and noting which blocks read them.

Kida cannot be asked which value a block will read: a block reads through includes and macros, and on conditions. So the
template is rendered with stand-ins that note their use. Kida's own functions for whole templates and for blocks take
the functions of the blocks as an argument, so each can be put into one that knows where it is.
"""

from collections.abc import Callable, Mapping
from html import escape
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Self, override

from chirp.templating.markup import around, find_id

if TYPE_CHECKING:
    from kida.template import Template as KidaTemplate

type BlockFunction = Callable[[dict[str, Any], Any], str]

# Marks around a block in its rendered text, gone before anybody sees it; nobody else can write them.
_MARK = f"\ufdd0{token_hex(8)}"
_END = "\ufdd1"

# Where a parser would move an element out, or take its tags for text.
_NO_PLACE = frozenset(
    {
        "table",
        "tbody",
        "thead",
        "tfoot",
        "tr",
        "colgroup",
        "select",
        "optgroup",
        "option",
        "head",
        "title",
        "script",
        "style",
        "textarea",
        "svg",
        "math",
    }
)
# What has to be around a text there.
_FITTING = dict.fromkeys(("tbody", "thead", "tfoot"), ("<tr><td>", "</td></tr>")) | {
    "tr": ("<td>", "</td>"),
    "ul": ("<li>", "</li>"),
    "ol": ("<li>", "</li>"),
}
_PHRASING = frozenset(
    {
        "p",
        "span",
        "a",
        "b",
        "i",
        "u",
        "s",
        "em",
        "strong",
        "small",
        "code",
        "label",
        "button",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "dt",
        "summary",
        "legend",
    }
)


class Deferred:
    """Stands in templates for a value that is not there yet: empty, false, nothing in it, and the test `deferred`."""

    __slots__ = ("_name", "_tracker")

    def __init__(self, name: str, tracker: Tracker) -> None:
        self._name = name
        self._tracker = tracker

    def note(self) -> None:
        """It was used, by the block that is being rendered."""
        self._tracker.note(self._name)

    def _itself(self, *_: object, **__: object) -> Self:
        self.note()
        return self

    def _false(self, *_: object) -> bool:
        self.note()
        return False

    def _zero(self) -> int:
        self.note()
        return 0

    def _nothing(self, *_: object) -> str:
        self.note()
        return ""

    def __getattr__(self, name: str) -> Self:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._itself()

    def __iter__(self) -> Any:
        self.note()
        return iter(())

    @override
    def __str__(self) -> str:
        return self._nothing()

    @override
    def __eq__(self, other: object) -> bool:
        self.note()
        return self is other

    @override
    def __hash__(self) -> int:
        return id(self)

    @override
    def __format__(self, spec: str) -> str:
        return self._nothing()

    __html__ = _nothing
    __bool__ = _false
    __contains__ = _false
    __lt__ = _false
    __le__ = _false
    __gt__ = _false
    __ge__ = _false
    __len__ = _zero
    __int__ = _zero
    __index__ = _zero
    __call__ = _itself
    __getitem__ = _itself
    __neg__ = _itself
    __pos__ = _itself
    __abs__ = _itself
    __round__ = _itself
    __add__ = _itself
    __radd__ = _itself
    __sub__ = _itself
    __rsub__ = _itself
    __mul__ = _itself
    __rmul__ = _itself
    __truediv__ = _itself
    __rtruediv__ = _itself
    __floordiv__ = _itself
    __rfloordiv__ = _itself
    __mod__ = _itself
    __rmod__ = _itself
    __pow__ = _itself
    __rpow__ = _itself

    def __float__(self) -> float:
        return float(self._zero())


def is_deferred(value: object) -> bool:
    """The template test `deferred`: whether this value of a Suspense is still to come."""
    if isinstance(value, Deferred):
        value.note()
        return True
    return False


class Tracker:
    """One render: which blocks were rendered, how deep they stand, and which missing values each of them read itself.

    `more` are further names for single blocks, None where they are still missing. A block that reads a value of `lost`
    is replaced by the text that stands there.
    """

    def __init__(
        self, *, more: Mapping[str, Mapping[str, object] | None] | None = None, lost: Mapping[str, str] | None = None
    ) -> None:
        self.reads: dict[str, set[str]] = {}
        self.depth: dict[str, int] = {}
        self.outside: str | None = None
        self.replaced: set[str] = set()
        self._more = more or {}
        self._lost = lost or {}
        self._stack: list[str] = []
        self._notes = 0

    def note(self, name: str) -> None:
        self._notes += 1
        if self._stack:
            self.reads[self._stack[-1]].add(name)
        elif self.outside is None:
            self.outside = name

    def render(self, template: KidaTemplate, block: str | None, context: Mapping[str, object]) -> str:
        """The template, or one block of it, with marks around every block that read what is missing."""
        blocks = {name: self._tracked(name, function) for name, function in _blocks(template).items()}
        render: Any = template._render_func if block is None else blocks[block]  # pyright: ignore[reportPrivateUsage]
        scaffold = template._render_scaffold  # pyright: ignore[reportPrivateUsage]
        with scaffold((dict(context),), {}, "render", run_globals_setup=block is not None) as built:
            return str(render(built[0], blocks))

    def _tracked(self, name: str, function: BlockFunction) -> BlockFunction:
        more = self._more.get(name)
        waits = name in self._more and more is None

        def render(context: dict[str, Any], blocks: Any) -> str:
            self._stack.append(name)
            reads = self.reads.setdefault(name, {name} if waits else set())
            self.depth.setdefault(name, len(self._stack))
            before = self._notes
            try:
                html = function({**context, **more} if more else context, blocks)
            except Exception:  # a stand-in is not all that its value will be: the block stays empty until that is there
                if self._notes == before and not waits:
                    raise
                html = ""
            finally:
                self._stack.pop()
            lost = next((self._lost[one] for one in reads if one in self._lost), None)
            if lost is not None:
                self.replaced.add(name)
                html = lost
            return f"{_MARK}+{name}{_END}{html}{_MARK}-{name}{_END}" if reads else html

        return render


def _blocks(template: KidaTemplate) -> Mapping[str, BlockFunction]:
    """The functions of all blocks, with those of the templates it extends."""
    return template._effective_block_map("sync")  # pyright: ignore[reportPrivateUsage]


def settle(html: str, tracker: Tracker) -> str:
    """The text without marks, in which every block that waits has an element with its name as the id.

    TypeError when there is none, and none can be put around the block.
    """
    waiting = [name for name, reads in tracker.reads.items() if reads]
    for name in sorted(waiting, key=lambda one: tracker.depth[one]):
        opens, closes = f"{_MARK}+{name}{_END}", f"{_MARK}-{name}{_END}"
        if name in tracker.replaced and opens in html:
            before, after = _FITTING.get(around(html, html.index(opens)) or "", ("", ""))
            html = html.replace(opens, opens + before, 1).replace(closes, after + closes, 1)
        if opens in html and find_id(html, name) is None:
            element = _element(html, html.index(opens), name)
            html = html.replace(opens, f'<{element} id="{escape(name)}">', 1).replace(closes, f"</{element}>", 1)
        html = html.replace(opens, "").replace(closes, "")
    return html


def _element(html: str, place: int, name: str) -> str:
    """What to put around a block there."""
    parent = around(html, place)
    if parent is None or parent in _NO_PLACE:
        where = f"in <{parent}>" if parent else "in a tag or a comment"
        raise TypeError(
            f"the block `{name}` waits for its values, and stands {where}: it needs an element around it or in it "
            f"with the id `{name}`, which is replaced when they are there"
        )
    return "span" if parent in _PHRASING else "div"
