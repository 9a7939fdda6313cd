"""What every page shows around itself."""

from chirp import Request
from examples.ladle.kitchen import theme_of, today, unticked


def context(request: Request) -> dict[str, object]:
    return {"unticked": unticked(), "theme": theme_of(request), "today": today()}
