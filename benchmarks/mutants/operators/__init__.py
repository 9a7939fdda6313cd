"""The kinds of mistakes, listed by hand."""

from benchmarks.mutants.mutation import Operator
from benchmarks.mutants.operators import (
    annotations,
    carried,
    components,
    contexts,
    fields,
    htmx,
    names,
    references,
    returns,
    routes,
    scopes,
    swaps,
    syntax,
    tags,
    targets,
    typed,
    urls,
    woven,
)

ALL: tuple[Operator, ...] = (
    *names.OPERATORS,
    *tags.OPERATORS,
    *urls.OPERATORS,
    *targets.OPERATORS,
    *swaps.OPERATORS,
    *htmx.OPERATORS,
    *references.OPERATORS,
    *fields.OPERATORS,
    *syntax.OPERATORS,
    *components.OPERATORS,
    *routes.OPERATORS,
    *returns.OPERATORS,
    *scopes.OPERATORS,
    *contexts.OPERATORS,
    *typed.OPERATORS,
    *annotations.OPERATORS,
    *carried.OPERATORS,
    *woven.OPERATORS,
)
