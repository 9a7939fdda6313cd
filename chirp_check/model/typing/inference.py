"""Types of what objects of the project have, and of what its functions and methods give."""

from chirp_check.facts.handlers import Emit, Function, Return, SetAttr
from chirp_check.facts.values import Name
from chirp_check.model import library
from chirp_check.model.inputs import module_functions
from chirp_check.model.listing import function
from chirp_check.model.typing.annotations import annotated
from chirp_check.model.typing.bindings import own_statements
from chirp_check.model.typing.classes import added_outside, below, facts_of, written
from chirp_check.model.typing.kinds import NONE, TEXT, Kind, Own, Routine, Thing, Type, union, without_none
from chirp_check.model.typing.library import METHODS
from chirp_check.model.typing.terms import Place, Terms, routine
from chirp_check.source import Span


class Inference(Terms):
    """Tells types of Python expressions, and of the attributes and results of what they are."""

    def attribute(self, owner: Type, name: str) -> Type:
        """The type of an attribute, where all that it can be is known."""
        return None if owner is None else union(self.attribute_of(one, name) for one in owner)

    def attribute_of(self, owner: Kind, name: str) -> Type:
        """The type of an attribute of one kind."""
        if not isinstance(owner, Thing):
            return None
        module, qualname = owner.module, owner.qualname
        known = facts_of(self.model, module, qualname)
        if known.flavour == "enum" and name in ("name", "value"):
            return (TEXT,) if name == "name" else None
        origin = known.origin(name)
        own = written(self.model, *origin) if origin is not None else None
        if origin is None or own is None:
            return None
        found = dict(own.fields).get(name)
        if found is not None and found.annotation is not None and found.kind == "field":
            return annotated(self.model, origin[0], found.annotation)
        inner = function(self.model, origin[0], found.qualname) if found is not None and found.qualname else None
        if (inner is None or inner.returns is None) and self._is_changed(owner, known.name, name):
            return None
        if found is None or inner is None:
            return self._assigned(*origin, name) if found is None else None
        if name in own.assigned or found.kind == "value":
            return None
        if found.kind == "property":
            return self.returned((Routine(origin[0], inner.qualname, 1),))
        return routine(origin[0], inner, 0 if "staticmethod" in library.decorator_names(inner) else 1)

    def _is_changed(self, owner: Thing, class_name: str, name: str) -> bool:
        """Whether code outside of a class may make something else of an attribute without an annotation."""
        if name in added_outside(self.model).names:
            return True
        more = frozenset[str]() if owner.exact else below(self.model, class_name)
        return more is None or name in more

    def _assigned(self, module: str, qualname: str, name: str) -> Type:
        """The type of all that the methods of a class set an attribute to."""
        types: list[Type] = []
        for method in module_functions(self.model, module).values():
            if method.qualname.rpartition(".")[0] != qualname or not method.params:
                continue
            at = self.place(Span(module, method.start, method.end))
            for one in own_statements(method.body):
                if isinstance(one, SetAttr) and one.name == name:
                    own = isinstance(one.base, Name) and one.base.id == method.params[0].name
                    types.append(self.of(one.value, at) if own else None)
        return without_none(union(types)) if types else None  # set to None at first, and later to what it is for

    def returned(self, callee: Type) -> Type:
        """What calling something gives."""
        return None if callee is None else union(self._returned(one) for one in callee)

    def _returned(self, callee: Kind) -> Type:
        match callee:
            case Routine(module, qualname):
                inner = function(self.model, module, qualname)
                if inner is None or inner.returns is not None:
                    return annotated(self.model, module, inner.returns) if inner is not None else None
                return self._worked_out(module, inner)
            case Own(owner, name):
                return METHODS.get((owner, name))
            case _:
                return None

    def _worked_out(self, module: str, inner: Function) -> Type:
        """What a function without an annotation returns, as far as all that it returns is known."""
        statements = list(own_statements(inner.body))
        found = [one.value for one in statements if isinstance(one, Return)]
        if inner.is_generator or not found or any(isinstance(one, Emit) for one in statements):
            return None
        around = self.place(Span(module, inner.start, inner.end)).around
        at = Place(module, (inner, *(one for one in around if one.qualname != inner.qualname)))
        return union((NONE,) if one is None else self.of(one, at) for one in found)
