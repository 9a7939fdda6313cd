"""How Ladle looks."""

from chirp import Page, Request, Response
from examples.ladle.kitchen import THEME_COOKIE, THEMES, show


def get() -> Page:
    return show("settings/page.html", "form")


async def post(request: Request) -> Response:
    chosen = (await request.form()).get("theme", "auto")
    answer = Response("", 303).with_header("Location", "/settings")
    return answer.with_cookie(THEME_COOKIE, chosen if chosen in dict(THEMES) else "auto", max_age=365 * 24 * 3600)
