"""What belongs to the request being handled, reachable without passing it around."""

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, override

if TYPE_CHECKING:
    from chirp.http.request import Request

request_var: ContextVar[Request] = ContextVar("chirp_request")


def get_request() -> Request:
    """The request being handled; RuntimeError outside of one."""
    request = request_var.get(None)
    if request is None:
        raise RuntimeError("there is no request here: get_request() and g work while a request is handled")
    return request


class _Namespace:
    """`g`: attributes that live as long as the current request, shared by middleware, handler and templates."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        state = get_request().state
        if name not in state:
            raise AttributeError(f"g has no attribute {name!r} in this request")
        return state[name]

    @override
    def __setattr__(self, name: str, value: object) -> None:
        get_request().state[name] = value

    @override
    def __delattr__(self, name: str) -> None:
        if name not in self:
            raise AttributeError(f"g has no attribute {name!r} in this request")
        del get_request().state[name]

    def __contains__(self, name: str) -> bool:
        return name in get_request().state

    def get(self, name: str, default: Any = None) -> Any:
        """The attribute, or `default` when this request has not set it."""
        return get_request().state.get(name, default)

    @override
    def __repr__(self) -> str:
        return "<chirp.g>"


g: _Namespace = _Namespace()
