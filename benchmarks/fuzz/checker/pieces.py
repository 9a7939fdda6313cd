"""Pieces that are put into texts: what has a meaning there, halves of it, and what is nearly right."""

from benchmarks.frontend.corpus import FRAGMENTS
from chirp_lsp.wire import frame

TAGS = (
    *FRAGMENTS, "{% end %}", "{% endif %}", "{% elif b %}", "{% empty %}", "{% while a %}", "{% case a, _ if b %}",
    "{% fallback e %}", "{% def f(a, b: int=1, *c, **d) %}", "{% region r() %}", "{% call f(x) %}", "{% slot a %}",
    "{% slot a let:x=y %}", "{% yield a %}", "{% block c if x %}", "{% fragment g %}", "{% set a = 1 %}",
    "{% let a, b = c %}", "{% capture c %}", "{% push 'a' %}", "{% provide a = 1 %}", "{% trans count=x %}",
    "{% globals %}", "{% include 'x' with context %}", "{% extends 'x' %}", "{% from 'x' import y as z %}",
    "{% import 'x' as y %}", "{% async for a in b %}", "{% continue %}", "{% export x = 1 %}", "{% spaceless %}",
    "<script>", "</script>", "<style>", "<textarea>", "<!--", "-->", "<!doctype html>", "<![CDATA[", "<p ", "</p>",
    " hx-get=", " hx-target='#a'", " id=\"a\"", " a=b", "/>", "&amp;", " | default('')", " is defined", " ?? ", " in ",
    " not ", "loop.index", "{# chirp: ignore[unknown-block] #}", "{#- chirp: ignore-file -#}", "0x1F", "1_0", "9"*400,
    "1e999", "'\\ud800'", "'\\N{DIGIT ONE}'", "???", "..",
)  # fmt: skip
CODE = (
    "(", ")", "[", "]", "{", "}", ":", ",", "*", "**", "@", "\n", "\r", "\r\n", "\t", "    ", "\x0c", "#", "\\", "'",
    '"', '"""', "f'", 'f"{x!r:>{w}}"', 't"{x}"', "rb'", "# chirp: ignore", "# chirp: ignore[unknown-block]", "\\\n",
    "lambda x, /, *, y=1: ", "yield ", "await ", "return ", "async ", "def f(a, /, b, *c, d=1, **e):\n    ",
    "class C[T](B, metaclass=M):\n    ", "match x:\n    case ", "{'a': b, **c}", "[*a, b]", " if x else y",
    " for x in y", " := ", " -> int", "type X[T: int = str] = ", "try:\n    pass\nexcept* E as e:\n    pass\n",
    "with a as b, c:\n    ", "global x\n", "del x[0], y.z\n", "import a.b as c\n", "from . import x\n",
    "from chirp import *\n", "@app.route('/')\n", "Template('a.html', x=1)", "Fragment(", "Page(", "OOB(", "...",
    "1_000j", "0x_f", "9"*5000, "'\\ud800'", "\ufb01", "\u0430", "e\u0301", "# coding: utf-7\n", "if x:\n  ",
    "else:\n  ", "while x:\n  ", "assert x, y\n", "a: int = ", "a += ", "a.b[c]: d", "raise X from Y\n", "not ",
    " is not ", "nonlocal x\n", "case {'a': [b, *_]}:\n  ",
)  # fmt: skip
VALUES = (
    "#a", "this", "closest ", "next .x", "find ", "previous", "outerHTML", "innerMorph", "swap:1s", "settle:20ms",
    "show:#a:top", "scroll:window:bottom", "focus-scroll:true", "every 2s", "[a.b(']')]", "click from:", "queue:last",
    "delay:", "throttle:1", "consume", "once", "changed", "target:", "intersect root:", ",", " ", ":", "(", ")", "'",
    '"', "{", "}", "[", "]", "js:", "javascript:", '{"a": 1}', "9"*5000, "unset", "inherit", "*", "not ", "params",
    "this:drop", "#a:queue first", "\n", "\t", "\xa0", "é", "😀", "=", "hx-swap=", "hx-trigger=", "hx-sync=",
    "hx-vals=", "hx-target=",
)  # fmt: skip
SETTINGS = (
    "[tool.chirp-check]\n", "[tool.chirp-check.levels]\n", "select = [", "ignore = ['unknown-block']\n", "]", "[", "'",
    '"', "levels = {}", "per-file-ignores = {'*.py' = ['x']}\n", "require-resolved = ", "98.5", "nan", "inf", "-1",
    "templates = ['..']\n", "baseline = ", "cache-dir = ", "true", "\n", "=", ".", "[[tool]]\n", "9"*5000,
    "1979-05-27", "exclude = ['a', 'b/**']\n", "respect-gitignore = ", '"""', "\\u0000", "\\ud800", "é", "#", "{", "}",
    ",", "  ", '{"version": 1, "findings": [{"rule": "a", "path": "b", "snippet": "c", "count": 1}]}', "1e400",
    "["*500,
)  # fmt: skip
FRAMES = (
    "Content-Length: ", "content-length:", "\r\n", "\r\n\r\n", "\n", "5", "0", "99999999", "-1", "+5",
    "Content-Type: x", frame(b"{}").decode(), frame(b'{"jsonrpc":"2.0","id":1,"method":"x"}').decode(), '"id":null',
    '"\\ud800"', "NaN", "{", "}", "["*300, '"params":{"textDocument":{"uri":"file:///a"}}', "\x00", "\xff", "1e999",
    "9"*400,
)  # fmt: skip
GLOBS = (
    "*", "**", "**/", "/**", "?", "[a-z]", "[!a]", "[]a]", "[[:alpha:]]", "\\", "!", "#", "/", "a", "b", ".py", " ",
    "\n", "***", "[", "]", "-", "^", "é", "{x:int}", "{y:path}", "{", "}", "|", "%2F", "//", "..", ":", "float", "str",
)  # fmt: skip
