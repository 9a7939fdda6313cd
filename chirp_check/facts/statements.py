"""What the tags of a template say: references, bindings, parameters, calls. Imports Kida, as `expressions` does."""

from collections.abc import Iterator, Sequence

import kida.nodes as k

from chirp_check.facts.expressions import TermReader
from chirp_check.facts.templates import Ident, Parameter, TemplateRef
from chirp_check.facts.values import AnyTerm, Arg, Call
from chirp_check.syntax.kida import Tag


class TagReader:
    """Reads one tag without errors. `terms.calls` are the calls in its expressions."""

    def __init__(self, tag: Tag, text: str) -> None:
        self.tag = tag
        self.text = text
        self.terms = TermReader(tag, text)
        made = tag.parsed.node
        self.node = made[0] if isinstance(made, tuple) else made
        self.nodes = made if isinstance(made, tuple) else () if made is None else (made,)

    def ident(self, token: int) -> Ident:
        """The name at a token."""
        start, end = self.tag.token(token)
        return Ident(start, end, self.text[start:end])

    def output(self) -> AnyTerm | None:
        """What `{{ … }}` puts out."""
        return self.terms.read(self.node.expr) if isinstance(self.node, k.Output) else None

    def reference(self) -> TemplateRef | None:
        """The template that the tag names."""
        node = self.node
        if not isinstance(node, (k.Extends, k.Include, k.Embed, k.Import, k.FromImport)):
            return None
        target, _, last = self.terms.measure(node.template)
        ignore = isinstance(node, k.Include) and node.ignore_missing
        context = False if isinstance(node, k.Extends) else node.with_context
        names: tuple[tuple[Ident, Ident], ...] = ()
        if isinstance(node, k.Import):
            local = self.ident(last + 1)
            names = ((local, local),)
        elif isinstance(node, k.FromImport):
            names = tuple(self._imported(last + 1, len(node.names)))
        kind = self.tag.keyword
        if isinstance(node, k.Extends):
            context = True
        return TemplateRef(target.start, target.end, kind, target, self.tag.start, self.tag.end, ignore, context, names)

    def _imported(self, at: int, count: int) -> Iterator[tuple[Ident, Ident]]:
        """The names of `import a, b as c` from token `at` on."""
        for _ in range(count):
            other = local = self.ident(at)
            if self.ident(at + 1).name == "as":
                at += 2
                local = self.ident(at)
            yield other, local
            at += 2

    def condition(self) -> AnyTerm | None:
        """What decides whether the arm that this tag begins runs."""
        node = self.node
        match node:
            case k.If(elif_=((test, _),)):
                return self.terms.read(test)
            case k.If(test=test) if self.tag.keyword == "if":
                return self.terms.read(test)
            case k.If(test=k.UnaryOp(operand=test)) if self.tag.keyword == "unless":
                return self.terms.read(test)
            case k.While(test=test):
                return self.terms.read(test)
            case k.WithConditional(expr=expr) if self.tag.keyword == "with":
                return self.terms.read(expr)
            case k.Block(condition=test) if test is not None:
                return self.terms.read(test)
            case _:
                return None

    def operands(self) -> Iterator[AnyTerm]:
        """The expressions of the tag that neither give a name its value nor decide an arm."""
        match self.node:
            case k.Match(subject=subject, cases=((pattern, guard, _),)):
                if self.tag.keyword == "match":
                    if subject is not None:
                        yield self.terms.read(subject)
                    return
                yield self.terms.read(pattern)
                if guard is not None:
                    yield self.terms.read(guard)
            case k.For(iter=iterable, test=test) | k.AsyncFor(iter=iterable, test=test):
                if self.tag.keyword in {"for", "async"}:
                    yield self.terms.read(iterable)
                    if test is not None:
                        yield self.terms.read(test)
            case k.Cache(key=key, ttl=ttl, depends=depends):
                yield from (self.terms.read(one) for one in (key, ttl, *depends) if one is not None)
            case k.FilterBlock(filter=node) | k.Capture(filter=k.Filter() as node):
                yield from (self.terms.read(one) for one in (*node.args, *node.kwargs.values()))
            case k.Slot(bindings=bindings):
                yield from (self.terms.read(value) for _, value in bindings)
            case k.Provide(value=value):
                yield self.terms.read(value)
            case _:
                return

    def call(self) -> tuple[AnyTerm, tuple[Arg, ...]] | None:
        """The function and arguments of `{% call … %}`."""
        if not isinstance(self.node, k.CallBlock):
            return None
        term = self.terms.read(self.node.call)
        if isinstance(term, Call):
            self.terms.calls.remove(term)
            return term.function, term.arguments
        return term, ()

    def bindings(self) -> Iterator[tuple[str, Ident, AnyTerm | None]]:
        """The names that the tag binds: the kind of binding, the name, and the value where one expression gives it."""
        for node in self.nodes:
            match node:
                case (
                    k.Set(target=target, value=value)
                    | k.Let(name=target, value=value)
                    | k.Export(name=target, value=value)
                ):
                    yield from self._assigned(self.tag.keyword, target, value)
                case k.For(target=target) | k.AsyncFor(target=target) if self.tag.keyword in {"for", "async"}:
                    yield from self._unpacked("for", target)
                case k.Match(cases=((pattern, _, _),)) if self.tag.keyword == "case":
                    yield from (one for one in self._unpacked("case", pattern) if one[1].name != "_")
                case k.Capture():
                    yield "capture", self.ident(2), None
                case k.With(targets=targets):
                    yield from self._listed("with", [value for _, value in targets])
                case k.WithConditional(expr=expr, target=target) if self.tag.keyword == "with":
                    yield from self._with(expr, target)
                case k.Try(error_name=str()) if self.tag.keyword == "fallback":
                    yield "fallback", self.ident(2), None
                case k.Trans(variables=variables) if self.tag.keyword == "trans":
                    yield from self._listed("trans", [one.expr for one in variables])
                case k.SlotBlock(params=params) if params:
                    colons = (i for i, token in enumerate(self.tag.parsed.tokens) if token.value == ":")
                    yield from (("slot", self.ident(colon + 1), None) for colon in colons)
                case _:
                    pass

    def _assigned(self, kind: str, target: k.Expr, value: k.Expr) -> Iterator[tuple[str, Ident, AnyTerm | None]]:
        term = self.terms.read(value)
        for name in self._targets(target):
            yield kind, name, term if isinstance(target, k.Name) else None

    def _unpacked(self, kind: str, target: k.Expr) -> Iterator[tuple[str, Ident, AnyTerm | None]]:
        return ((kind, name, None) for name in self._targets(target))

    def _with(self, expr: k.Expr, target: k.Expr) -> Iterator[tuple[str, Ident, AnyTerm | None]]:
        """`with a as b`, or `with a`, which binds `it`."""
        term, _, last = self.terms.measure(expr)
        end = self.terms.end(last)
        names = list(self._targets(target)) or [Ident(end, end, "it")]
        return (("with", name, term if len(names) == 1 else None) for name in names)

    def _listed(self, kind: str, values: Sequence[k.Expr]) -> Iterator[tuple[str, Ident, AnyTerm | None]]:
        """`a = 1, b = 2` behind the keyword."""
        at = 2
        for value in values:
            term, _, last = self.terms.measure(value)
            yield kind, self.ident(at), term
            at = last + 1 if self.text.startswith(",", self.terms.start(last)) else last

    def _targets(self, target: k.Expr) -> Iterator[Ident]:
        """The names of an assignment target, where they are written."""
        if isinstance(target, k.Name):
            if id(target) in self.tag.parsed.spans:
                yield self.ident(self.terms.bare(target)[0])
        elif isinstance(target, k.Tuple):
            for item in target.items:
                yield from self._targets(item)

    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters of a `def` or `region`."""
        node = self.node
        if not isinstance(node, (k.Def, k.Region)):
            return ()
        defaults = iter(node.defaults)
        found: list[Parameter] = []
        at, last = 4, self.terms.closing(3)
        while at < last:
            word = self.tag.parsed.tokens[at].value
            kind = {"*": "star", "**": "double-star"}.get(word, "normal")
            at += kind != "normal"
            name = self.ident(at)
            comma = self._next_comma(at, last)
            equals = next((i for i in range(at, comma) if self.text.startswith("=", self.tag.token(i)[0])), None)
            default = self.terms.read(next(defaults)) if equals is not None and kind == "normal" else None
            annotation = self._annotation(at + 1, comma if equals is None else equals)
            found.append(Parameter(name.start, name.end, name.name, kind, annotation, default))
            at = comma + 1
        return tuple(found)

    def _annotation(self, colon: int, end: int) -> str | None:
        if colon >= end or self.tag.parsed.tokens[colon].value != ":":
            return None
        return self.text[self.tag.token(colon + 1)[0] : self.tag.token(end - 1)[1]]

    def _next_comma(self, at: int, last: int) -> int:
        """The comma behind a parameter, not one inside brackets."""
        while at < last and not self.text.startswith(",", self.tag.token(at)[0]):
            at = max(self.terms.closing(at), at) + 1
        return at
