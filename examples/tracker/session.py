"""Who is at the keyboard, and what every request passes through. There are no passwords: it is a demonstration."""

from chirp import Next, Request, Response, g, get_request

from .domain import Person
from .store import Missing, Store

PERSON_COOKIE = "perch_person"
THEME_COOKIE = "perch_theme"
THEMES = (("auto", "As the system says"), ("light", "Light"), ("dark", "Dark"))
YEAR = 365 * 24 * 3600

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def me() -> Person:
    """The person this request comes from."""
    person: Person = g.person
    return person


def theme() -> str:
    """`auto`, `light` or `dark`."""
    chosen = get_request().cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in dict(THEMES) else "auto"


def person_of(request: Request, store: Store) -> Person:
    """The person the cookie names, or the first of the team."""
    chosen = request.cookies.get(PERSON_COOKIE, "1")
    try:
        return store.person(int(chosen))
    except ValueError, Missing:
        return store.people()[0]


async def secure(request: Request, next: Next) -> Response:
    """Refuses what another site makes a browser send; says what a page may load."""
    if request.method not in ("GET", "HEAD") and request.headers.get("sec-fetch-site", "same-origin") == "cross-site":
        return Response("This form was sent from another site.", 403, "text/plain; charset=utf-8")
    response = await next(request)
    for name, value in SECURITY_HEADERS.items():
        response = response.with_header(name, value)
    return response
