"""The kinds of mistakes, listed by hand."""

from benchmarks.mutants.mutation import Operator
from benchmarks.mutants.operators import (
    annotations,
    carried,
    components,
    names,
    returns,
    routes,
    syntax,
    tags,
    targets,
    urls,
)

ALL: tuple[Operator, ...] = (
    *names.OPERATORS,
    *tags.OPERATORS,
    *urls.OPERATORS,
    *targets.OPERATORS,
    *syntax.OPERATORS,
    *components.OPERATORS,
    *routes.OPERATORS,
    *returns.OPERATORS,
    *annotations.OPERATORS,
    *carried.OPERATORS,
)
