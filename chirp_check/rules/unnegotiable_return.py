"""Handlers that give what no response can be made of."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.entities import ReturnFault
from chirp_check.model.model import Model
from chirp_check.rule import rule

ANSWERS = "a response is made of text, bytes, a dict, a list, `Response`, `Redirect` or a return type such as `Page`"


@rule("unnegotiable-return", since="0.1.0")
def unnegotiable_return(fault: ReturnFault, _model: Model) -> Iterator[Finding]:
    """A handler returns a value that no response can be made of, or reaches its end without returning one."""
    name = fault.handler.name
    if fault.fault == "end":
        yield Finding(
            f"`{name}` can reach its end without returning a response", at=fault.at, help="return one on every way"
        )
        return
    elsewhere = fault.at.path != fault.handler.function.path or not (
        fault.handler.function.start <= fault.at.start < fault.handler.function.end
    )
    yield Finding(
        f"`{name}` returns {fault.what}, which is no response",
        at=fault.at,
        related=(Label("this handler returns it" if elsewhere else "the handler", fault.handler.span),),
        help="call it" if fault.what.startswith("the function") else ANSWERS,
    )
