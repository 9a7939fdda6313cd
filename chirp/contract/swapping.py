"""What an answer does to a page, as htmx 2 or 4 does it, and what of that cannot be meant."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from chirp.contract.dom import Node, is_document, parse
from chirp.contract.htmx import Plan, Settings, Unsure, body_of, locate, style_of, swaps
from chirp.contract.selectors import Unreadable, select
from chirp.http.response import Response
from chirp_check.grammar.htmx import HTMX_2, HTMX_4
from chirp_check.grammar.hx import REQUESTS
from chirp_check.grammar.selectors import id_of

ADDING = frozenset({"beforebegin", "afterbegin", "beforeend", "afterend"})
GONE = ("hx-redirect", "hx-refresh", "hx-location")
_DRAWN = frozenset({"svg", "math"})


@dataclass(frozen=True, slots=True)
class Fault:
    """Something about an answer on a page: the rule it is of, one sentence, and help.

    `attributes` are those that templates write, by name and value, to tell the place of. `word` is the id that is
    missing, which a script may add; `loose`: it is wrong only where no screen around `template` can have that id.
    """

    rule: str
    message: str
    help: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    word: str = ""
    loose: bool = False
    template: str | None = None


@dataclass(slots=True)
class Swap:
    """One answer on its way into a page. The tree is changed; what is wrong is found on the way."""

    root: Node
    settings: Settings
    plan: Plan
    faults: list[Fault] = field(default_factory=list[Fault])

    def apply(self, response: Response) -> None:
        """Put the answer into the page. `Unsure` where it is not known what htmx does."""
        if not swaps(response.status, self.settings):
            if self.settings.version == HTMX_4 and "hx-swap-oob" in response.text:
                raise Unsure("out of band only")
            self._lost_error(response)
            return
        plan = self._redirected(response)
        if plan.style == "textContent" and self.settings.version == HTMX_2:
            _put(plan.target or self.root, [response.text], "innerHTML", None)  # as it is, tags and all
            return
        brought = parse(response.text)
        whole = is_document(response.text)
        if whole:
            brought = _of_body(brought)
        before, held = _ids(self.root), self._targets()
        if whole and plan.target is not None and self._is_region(plan):
            self._nested_page(plan)
        outside = list(self._out_of_band(brought))
        chosen = brought if plan.select is None else self._selected(brought, plan.select)
        arrived, empty = _arriving(chosen, outside, plan), not chosen.html.strip()
        if self.settings.version == HTMX_2:
            _swap_all(outside)
        self._main(plan, chosen, only_others=empty and bool(outside))
        if self.settings.version == HTMX_4:
            _swap_all(outside)
        if not whole:
            self._twice(before, arrived, plan)
        if not empty:  # nothing in its place says that it is to go
            self._lost(held, plan)

    # What the answer says of itself.

    def _redirected(self, response: Response) -> Plan:
        plan, root = self.plan, self.root
        retarget, reswap, reselect = (response.header(f"hx-{name}") for name in ("retarget", "reswap", "reselect"))
        target, text = plan.target, plan.target_text
        if retarget is not None:
            target, text = locate(root, retarget, plan.source, plan.source), retarget
            if target is None:
                said = f"HX-Retarget names `{retarget}`, and the page has no such element"
                self.faults.append(Fault("unknown-target", said, word=_id_in(retarget)))
        style = plan.style if reswap is None else style_of(reswap, self.settings)
        chosen = reselect if reselect is not None else plan.select
        return Plan(plan.source, target, text, style, chosen, plan.boosted)

    def _is_region(self, plan: Plan) -> bool:
        into_body = plan.target is body_of(self.root) or plan.target is self.root
        return plan.select is None and not into_body and plan.style not in ("none", "delete")

    def _nested_page(self, plan: Plan) -> None:
        asked = _asked(plan)
        said = f"a whole page is put into {_shown(plan.target)}, which `{plan.source}` asks for"
        self.faults.append(Fault("nested-page", said, "answer htmx with a block of it: `Page(…)`", asked))

    def _lost_error(self, response: Response) -> None:
        if response.status >= 400 and response.text.strip() and "html" in response.content_type:
            said = f"the answer {response.status} to `{self.plan.source}` is not swapped in: nobody sees it"
            hint = "let htmx swap it: `{{ htmx() }}` sets that up"
            self.faults.append(Fault("unswapped-error", said, hint, _asked(self.plan)))

    def _selected(self, brought: Node, selector: str) -> Node:
        made = Node()
        try:
            found = list(select(brought, selector))
        except Unreadable:
            raise Unsure(selector) from None
        outermost = [one for one in found if not any(other is not one and other.holds(one) for other in found)]
        for one in outermost:
            one.detach()
            made.append(one)
        if not outermost:
            said = f"`hx-select` of `{self.plan.source}` takes `{selector}`, which the answer does not have"
            self.faults.append(Fault("unknown-select", said, attributes=(("hx-select", selector),)))
        return made

    # Swaps.

    def _out_of_band(self, brought: Node) -> Iterator[tuple[list[Node], Node, str]]:
        """The parts of an answer that have targets of their own, with these: all are found before anything moves."""
        found = [one for one in brought.walk(hidden=True) if "hx-swap-oob" in one.attributes]
        partials = [one for one in brought.walk() if one.tag == "hx-partial"]
        every = (*found, *partials)
        if any(other is not one and other.holds(one) for one in every for other in every):
            raise Unsure("one out-of-band element in another")
        for one in found:
            if self.settings.version == HTMX_4 and any(around.tag == "template" for around in one.around):
                raise Unsure("a template")
            yield from self._for_others(one)
        for one in partials:
            yield from self._partial(one)

    def _for_others(self, one: Node) -> Iterator[tuple[list[Node], Node, str]]:
        value = one.attributes.pop("hx-swap-oob").strip()
        if value in ("false", "none") or " " in value or value.count(":") > 1:
            raise Unsure(value)
        style, colon, selector = value.partition(":")
        style = "outerHTML" if style in ("true", "") else style_of(style, self.settings)
        if not colon and one.id is None:
            raise Unsure("an out-of-band element without an id")
        targets = self._others(selector if colon else "", one.id or "")
        if not targets:
            name = selector if colon else f"#{one.id}"
            said = f"a part of the answer is for `{name}`, and the page has no such element"
            self.faults.append(Fault("unknown-target", said, None, (("id", one.id or ""),), _id_in(name), loose=True))
        _take_out(one)
        yield targets, one, style

    def _others(self, selector: str, own: str) -> list[Node]:
        try:
            if selector:
                return list(select(self.root, selector))
        except Unreadable:
            raise Unsure(selector) from None
        return [node for node in self.root.walk() if node.id == own]

    def _partial(self, one: Node) -> Iterator[tuple[list[Node], Node, str]]:
        selector = one.attributes.get("hx-target", f"#{one.id}" if one.id else "")
        style = style_of(one.attributes.get("hx-swap", ""), self.settings)
        target = locate(self.root, selector, self.plan.source, self.plan.source)
        if target is None:
            said = f"a part of the answer is for `{selector}`, and the page has no such element"
            self.faults.append(Fault("unknown-target", said, word=_id_in(selector), loose=True))
        _take_out(one)
        yield ([] if target is None else [target]), one, f"={style}"

    def _main(self, plan: Plan, brought: Node, *, only_others: bool) -> None:
        if plan.target is None or plan.style == "none":
            return
        if only_others and self.settings.version == HTMX_4 and plan.style != "delete":
            return
        _put(plan.target, brought.take(), plan.style, body_of(self.root))

    # What is on the page then.

    def _targets(self) -> dict[str, Node]:
        """The ids that elements of the page ask to be swapped, each with one that does."""
        found: dict[str, Node] = {}
        for one in self.root.walk():
            name = _id_in(one.attributes.get("hx-target", ""))
            if name:
                found.setdefault(name, one)
        return found

    def _twice(self, before: Counter[str], arrived: list[str], plan: Plan) -> None:
        after = _ids(self.root)
        own = plan.target.id if plan.target is not None else None
        for name in dict.fromkeys(arrived):
            if after[name] < 2 or before[name] >= 2:
                continue
            said = f"after the swap into {_shown(plan.target)} the page has the id `{name}` {after[name]} times"
            hint = 'replace the element: `hx-swap="outerHTML"`' if name == own else None
            self.faults.append(Fault("nested-id", said, hint, (*_asked(plan), ("id", name))))

    def _lost(self, held: dict[str, Node], plan: Plan) -> None:
        """Targets that are gone, while what asks for them is still there."""
        after = _ids(self.root)
        stay = {id(one) for one in self.root.walk()}
        own = plan.target.id if plan.target is not None and plan.style == "outerHTML" else None
        for name, asking in held.items():
            if name == own and not after[name] and id(asking) in stay:
                said = f"after the swap the page has no `#{name}`, for which `{asking}` asks"
                self.faults.append(Fault("lost-target", said, None, (("hx-target", f"#{name}"),), name))


def _of_body(document: Node) -> Node:
    """What the body of a document holds, or else the document without its head."""
    body = document.first("body")
    made = Node()
    if body is not None:
        made.insert(0, body.take())
        return made
    page = document.first("html") or document
    made.insert(0, [one for one in page.take() if not (isinstance(one, Node) and one.tag == "head")])
    return made


def _take_out(one: Node) -> None:
    """Out of the answer, with the template around it that kept its tags."""
    around = one.parent
    one.detach()
    if around is not None and around.tag == "template" and not around.html.strip():
        around.detach()


def _swap_all(outside: list[tuple[list[Node], Node, str]]) -> None:
    for targets, one, style in outside:
        for target in targets:
            made = one.copy()
            if style == "outerHTML":
                _put(target, [made], style, None)
            else:
                _put(target, made.take(), style.removeprefix("="), None)


def _put(target: Node, content: list[Node | str], style: str, body: Node | None) -> None:
    if target.parent is None or (target is body and style == "outerHTML"):
        style = {"outerHTML": "innerHTML"}.get(style, style)
    match style:
        case "none":
            return
        case "innerHTML" | "textContent":
            target.take()
            only_text = style == "textContent"
            target.insert(0, [one.text if isinstance(one, Node) else one for one in content] if only_text else content)
        case "afterbegin":
            target.insert(0, content)
        case "beforeend":
            target.insert(len(target.children), content)
        case "delete" | "outerHTML":
            parent = target.parent
            if parent is not None:
                parent.insert(target.detach(), content if style == "outerHTML" else [])
        case _:
            parent = target.parent
            if parent is not None:
                at = next(index for index, child in enumerate(parent.children) if child is target)
                parent.insert(at + (style == "afterend"), content)


def _ids(root: Node) -> Counter[str]:
    """How often each id is on a page; drawings may share theirs."""
    shown = (one for one in root.walk() if one.id and not any(around.tag in _DRAWN for around in one.around))
    return Counter(one.id for one in shown if one.id)


def _arriving(brought: Node, outside: list[tuple[list[Node], Node, str]], plan: Plan) -> list[str]:
    """The ids that an answer brings in place of others.

    Of what is added to others only those that it has twice, or that its target has: a test may add it again.
    """
    main, own = _ids(brought), plan.target.id if plan.target is not None else None
    found = [name for name in main if plan.style not in ADDING or main[name] > 1 or name == own]
    for targets, one, style in outside:
        ids = _ids(one)
        names = {target.id for target in targets}
        if style == "outerHTML":
            found += [name for name in (one.id, *ids) if name is not None]
        else:
            found += [name for name in ids if style.removeprefix("=") not in ADDING or name in names]
    return found


def _id_in(selector: str) -> str:
    """The id in `#id`; empty for other selectors."""
    found = id_of((selector.strip(),))
    return "" if found is None else str(found[0])


def _asked(plan: Plan) -> tuple[tuple[str, str], ...]:
    """The attributes that say what the element asks for."""
    wanted = (*REQUESTS, "hx-target")
    return tuple((name, plan.source.attributes[name]) for name in wanted if name in plan.source.attributes)


def _shown(node: Node | None) -> str:
    return "the page" if node is None else f"`{node}`"
