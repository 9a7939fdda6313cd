"""Whether a name that nothing has is a slip for one that is near, and not something that is missing itself."""

from collections.abc import Collection

from chirp_check.grammar.names import is_clear
from chirp_check.model.inputs import python_files, text
from chirp_check.model.memory import Queries, query


def is_slip(model: Queries, name: str, near: str, known: Collection[str]) -> bool:
    """Whether the nearest of the known names must be what was meant: no other is so near, and no function has the name.

    A function that has it was most likely to be registered, or passed.
    """
    return is_clear(name, near, known) and not is_function(model, name)


@query
def is_function(model: Queries, name: str) -> bool:
    """Whether the Python of the project defines a function of a name."""
    return any(f"def {name}(" in (text(model, path) or "") for path in python_files(model))
