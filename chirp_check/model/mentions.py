"""What the Python side mentions: a last look before something is said to be used by nobody."""

from chirp_check.facts.values import Attr, Const
from chirp_check.facts.walk import every_part
from chirp_check.model.inputs import module_facts
from chirp_check.model.listing import read_modules
from chirp_check.model.memory import Queries, query


@query
def texts_of(model: Queries, path: str) -> frozenset[str]:
    """The texts that are written in a Python file."""
    facts = module_facts(model, path)
    constants = (one for one in every_part(facts.body if facts is not None else ()) if isinstance(one, Const))
    return frozenset(one.value for one in constants if isinstance(one.value, str))


def mentioned(model: Queries, text: str) -> bool:
    """Whether any Python file holds exactly this text."""
    return any(text in texts_of(model, path) for path in read_modules(model))


# What renders a template or block without a return type.
_RENDERERS = frozenset({"render_block", "render_fragment", "render_with_blocks", "get_template", "from_string"})


@query
def renders_itself(model: Queries, path: str) -> bool:
    """Whether a Python file renders templates by itself."""
    facts = module_facts(model, path)
    parts = every_part(facts.body if facts is not None else ())
    return any(isinstance(one, Attr) and one.name in _RENDERERS for one in parts)
