"""What this is."""

from chirp import Template
from examples.ladle.kitchen import store


def get() -> Template:
    return Template("about/page.html", recipes=len(store().recipes()), tags=len(store().tags()))
