"""Return annotations that name another type than the one returned, or one where nothing is."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label
from chirp_check.model.entities import PromiseFault
from chirp_check.model.honest import honest
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("wrong-annotation", since="0.1.0")
def wrong_annotation(fault: PromiseFault, model: Model) -> Iterator[Finding]:
    """A function is annotated with return types and returns something else, or nothing."""
    names = " or ".join(f"`{name}`" for name in dict.fromkeys(fault.promised))
    if fault.returned == "None":
        yield Finding(
            f"`{fault.handler.name}` promises {names} and gives nothing back",
            at=fault.annotation,
            related=(Label("it comes to its end here", fault.at),),
            help="return what is promised",
        )
        return
    article = "an" if fault.returned[:1].lower() in "aeio" else "a"
    yield Finding(
        f"`{fault.handler.name}` promises {names} and returns {article} `{fault.returned}`",
        at=fault.annotation,
        related=(Label(f"{article} `{fault.returned}` is returned here", fault.at),),
        help=f"promise `{fault.returned}` as well, or return what is promised",
        structure=honest(model, fault.handler),
    )
