"""Which error answers may replace a part of a page: those made for it, that is HTML which is no whole document.

Whatever else fails behind a request of htmx for a part leaves the page as it is; htmx then fires its event of an error.
"""

from chirp.http.request import Request
from chirp.http.response import Response

_HTML = "text/html"


def keep_page(response: Response, request: Request, *, whole: bool = False) -> Response:
    """The answer to a failed request so that htmx keeps the page when it is no HTML, or a `whole` document.

    A request for a whole page, such as a boosted link, shows any answer. Headers that say where to put it are obeyed.
    """
    if not whole and response.content_type.startswith(_HTML):
        return response
    if request.is_fragment and response.header("HX-Reswap") is None and response.header("HX-Retarget") is None:
        response = response.with_headers({"HX-Reswap": "none ignoreTitle:true", "HX-Push-Url": "false"})
    return response.with_vary("HX-Request", "HX-Boosted", "HX-History-Restore-Request")
