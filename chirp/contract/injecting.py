"""The script that a page gets while its contract is watched, and the content security policy that has to let it run."""

from html import escape
from secrets import token_urlsafe

type Pairs = list[tuple[bytes, bytes]]

_POLICY = b"content-security-policy"


def with_script(body: bytes, source: str, answer: str, nonce: str) -> bytes:
    """The beginning of a document with a script element in its head; the same bytes where there is no document."""
    lower = body.lower()
    at = lower.find(b"<head")
    end = lower.find(b">", at) + 1 if at >= 0 else 0
    if not end:
        at = lower.find(b"<html")
        end = lower.find(b">", at) + 1 if at >= 0 else 0
    if not end and lower.lstrip().startswith(b"<!doctype"):
        end = lower.find(b">") + 1
    if not end:
        return body
    stated = f' nonce="{escape(nonce)}"' if nonce else ""
    tag = f'<script src="{escape(source)}" data-answer="{answer}"{stated}></script>'
    return body[:end] + tag.encode() + body[end:]


def allowing(headers: Pairs) -> tuple[Pairs, str]:
    """The headers with policies that let the script run and ask the server, and the nonce that it needs."""
    nonce = ""
    made: Pairs = []
    for name, value in headers:
        if name.lower() == _POLICY:
            policy, given = _opened(value.decode("latin-1"), nonce)
            nonce = nonce or given
            value = policy.encode("latin-1")
        made.append((name, value))
    return made, nonce


def _opened(policy: str, nonce: str) -> tuple[str, str]:
    """A policy with as little more as the script needs: `'self'` to ask, and a nonce where ours may not run."""
    directives = {words[0].lower(): words[1:] for part in policy.split(";") if (words := part.split())}
    fallback = directives.get("default-src")
    scripts = directives.get("script-src-elem", directives.get("script-src", fallback))
    if scripts is not None:
        own = next((word[len("'nonce-") : -1] for word in scripts if word.startswith("'nonce-")), "")
        is_open = "'self'" in scripts and "'strict-dynamic'" not in scripts
        nonce = own or nonce or ("" if is_open else token_urlsafe(16))
        if nonce and not own and not is_open:
            name = next(one for one in ("script-src-elem", "script-src", "default-src") if one in directives)
            name = "script-src" if name == "default-src" else name
            directives[name] = [*(word for word in scripts if word != "'none'"), f"'nonce-{nonce}'"]
    asks = directives.get("connect-src", fallback)
    if asks is not None and "'self'" not in asks and "*" not in asks:
        directives["connect-src"] = [*(word for word in asks if word != "'none'"), "'self'"]
    return "; ".join(" ".join((name, *words)) for name, words in directives.items()), nonce
