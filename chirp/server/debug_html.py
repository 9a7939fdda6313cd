"""The page of debug mode as HTML: every text escaped and scrubbed, no script, its style sheet named by its hash."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from itertools import groupby
from pathlib import Path

from chirp.http.request import Request
from chirp.http.response import Response
from chirp.server.failure import Cause, Failure, Frame
from chirp.server.formats import VARY, Format
from chirp.server.masking import Scrubber, masked
from chirp.server.places import Line, Place, TemplateFault

type Pairs = Sequence[tuple[str, str]]

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title></head>
<body><style>{css}</style><main class="chirp-debug page"><div class="inner">
{body}
</div></main></body></html>
"""
_PART = """<dialog open id="chirp-debug" class="chirp-debug" aria-label="{title}"><style>{css}</style>
<div class="inner"><form method="dialog"><button>Close</button></form>
{body}
</div></dialog>
"""
_PLACED = (
    ("HX-Retarget", "body"),
    ("HX-Reswap", "beforeend"),
    ("HX-Reselect", "#chirp-debug"),
    ("HX-Push-Url", "false"),
)


class Writer:
    """Writes HTML; every text goes through the scrubber and is escaped."""

    __slots__ = ("_scrub",)

    def __init__(self, scrub: Scrubber) -> None:
        self._scrub = scrub

    def _shown(self, text: str) -> str:
        return escape(self._scrub(text))

    def failure(self, failure: Failure, asked: str) -> Iterator[str]:
        first, *others = failure.causes
        yield f'<header><p class="asked">{self._shown(asked)}</p><h1>{self._shown(first.kind)}</h1>'
        yield f'<p class="message">{self._code(first.message)}</p>{self._hints(first.hints)}</header>'
        if first.template is not None:
            yield from self._template(first.template)
        yield from self._frames(first)
        for cause in others:
            yield f'<h2>Before that: {self._shown(cause.kind)}</h2><p class="message">{self._code(cause.message)}</p>'
            yield self._hints(cause.hints)
            if cause.template is not None:
                yield from self._template(cause.template)
            yield from self._frames(cause)
        yield f'<details><summary>Traceback as text</summary><pre class="trace">{self._shown(failure.traceback)}</pre>'
        yield "</details>"

    def _template(self, fault: TemplateFault) -> Iterator[str]:
        yield f"<h2>In the template <code>{self._shown(fault.place.label)}</code></h2>"
        yield from (f'<p class="soft">from <code>{self._shown(step)}</code></p>' for step in fault.path)
        yield self._source(fault.place)
        if fault.names:
            names = ", ".join(f"<code>{self._shown(name)}</code>" for name in fault.names)
            yield f'<p class="soft">The template has {names}.</p>'

    def _frames(self, cause: Cause) -> Iterator[str]:
        if not cause.frames:
            return
        yield "<h2>Calls, the last one first</h2>"
        opened = False
        for is_library, group in groupby(cause.frames, lambda frame: frame.is_library):
            frames = list(group)
            if is_library:
                calls = "1 call" if len(frames) == 1 else f"{len(frames)} calls"
                yield f"<details><summary>{calls} inside libraries</summary>"
                yield from (self._frame(frame) for frame in frames)
                yield "</details>"
            else:
                for frame in frames:
                    yield self._frame(frame, values=not opened)
                    opened = True

    def _frame(self, frame: Frame, *, values: bool = False) -> str:
        title = f"<h3><code>{self._shown(frame.place.label)}</code> in <code>{self._shown(frame.function)}</code></h3>"
        table = self._table(frame.values)
        if table:
            table = f"<details{' open' if values else ''}><summary>Local values</summary>{table}</details>"
        return title + self._source(frame.place) + table

    def _source(self, place: Place) -> str:
        return f'<pre class="source">{"".join(map(self._line, place.excerpt))}</pre>' if place.excerpt else ""

    def _line(self, line: Line) -> str:
        if line.mark is None:
            return f"<span><i>{line.number}</i>{self._shown(line.text)}</span>"
        start, end = line.mark
        before, inside, after = line.text[:start], line.text[start:end], line.text[end:]
        marked = f"{self._shown(before)}<mark>{self._shown(inside)}</mark>{self._shown(after)}"
        return f'<span class="fault"><i>{line.number}</i>{marked}</span>'

    def _hints(self, hints: Iterable[str]) -> str:
        items = "".join(f"<li>{self._code(hint)}</li>" for hint in hints)
        return f'<ul class="hints">{items}</ul>' if items else ""

    def _code(self, text: str) -> str:
        """Text with what stands between backticks as code."""
        pieces = self._shown(text).split("`")
        if len(pieces) % 2 == 0:
            return self._shown(text)
        return "".join(f"<code>{piece}</code>" if index % 2 else piece for index, piece in enumerate(pieces))

    def _table(self, pairs: Pairs) -> str:
        rows = "".join(
            f"<tr><th scope=row>{self._shown(name)}</th><td>{self._shown(value)}</td></tr>" for name, value in pairs
        )
        return f"<table>{rows}</table>" if rows else ""

    def request(self, request: Request, fields: Pairs) -> Iterator[str]:
        yield "<h2>Request</h2>"
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
        parts: Sequence[tuple[str, Pairs]] = (
            ("Path parameters", [(name, str(value)) for name, value in request.path_params.items()]),
            ("Query and form", masked(fields)),
            ("Cookies", masked(("cookie " + name, value) for name, value in request.cookies.items())),
            ("Headers", masked(headers)),
        )
        for title, pairs in parts:
            if table := self._table(pairs):
                yield f"<details><summary>{title} ({len(pairs)})</summary>{table}</details>"

    def missing(self, asked: str, near: Iterable[str], routes: Pairs) -> Iterator[str]:
        """What a path that no route answers was meant to be, and the routes there are."""
        yield f'<header><p class="asked">{self._shown(asked)}</p><h1>No route answers this path</h1>'
        yield f"{self._hints(near)}</header>"
        if routes:
            yield f"<h2>Routes</h2>{self._table(routes)}"
        else:
            yield "<p>The application has no routes yet.</p>"


def document(title: str, body: str, shape: Format, status: int = 500) -> Response:
    """A page of this module's looks, or the part of one; `body` is HTML."""
    frame = _PART if shape is Format.PART else _PAGE
    placed = _PLACED if shape is Format.PART else ()
    css, digest = _styles()
    policy = f"default-src 'none'; style-src '{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    headers = (
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
        *placed,
    )
    return Response(frame.format(title=escape(title), css=css, body=body), status, headers=headers).with_vary(*VARY)


@cache
def _styles() -> tuple[str, str]:
    """The style sheet, and its hash for the policy of the page."""
    css = Path(__file__).with_name("debug.css").read_text(encoding="utf-8")
    return css, "sha256-" + b64encode(sha256(css.encode()).digest()).decode()


FOOTER = """<footer>Shown because <code>debug</code> is on and the request came from this machine.
Values under names such as <code>password</code> or <code>token</code>, cookies and credentials are hidden.</footer>"""
