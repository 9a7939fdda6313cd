"""Which modules are put to the test, and by which tests: the quickest first, since the first failure is enough."""

HOSTILE = "tests/hostile/test_hostile.py::test_a_hostile_case"
PROPERTIES = "tests/runtime/test_properties.py"
SECURITY = "tests/runtime/test_security_properties.py"


def _runtime(*names: str) -> tuple[str, ...]:
    return tuple(f"tests/runtime/test_{name}.py" for name in names)


TARGETS: dict[str, tuple[str, ...]] = {
    "chirp/http/headers.py": (*_runtime("http_values", "request", "response"), PROPERTIES, HOSTILE),
    "chirp/http/cookies.py": (*_runtime("http_values", "request", "response"), PROPERTIES, HOSTILE),
    "chirp/http/query.py": (*_runtime("http_values", "request"), PROPERTIES, HOSTILE),
    "chirp/http/urls.py": (*_runtime("http_values", "security", "auth"), SECURITY, HOSTILE),
    "chirp/http/ranges.py": (*_runtime("files", "static"), PROPERTIES, HOSTILE),
    "chirp/http/body.py": (*_runtime("body_json", "request"), HOSTILE),
    "chirp/http/forms.py": (*_runtime("request", "multipart"), HOSTILE),
    "chirp/http/incoming.py": (*_runtime("request", "multipart", "streams", "streamfaults"), HOSTILE),
    "chirp/http/multipart.py": (*_runtime("multipart", "uploads"), PROPERTIES, HOSTILE),
    "chirp/realtime/events.py": (*_runtime("events"), PROPERTIES, HOSTILE),
    "chirp/middleware/signing.py": (*_runtime("sessions", "csrf"), SECURITY),
    "chirp/middleware/sessions.py": (*_runtime("sessions", "flash"), SECURITY, HOSTILE),
    "chirp/middleware/csrf.py": (*_runtime("csrf"), SECURITY, HOSTILE),
    "chirp/middleware/lockout.py": (*_runtime("lockout"), HOSTILE),
    "chirp/middleware/hosts.py": (*_runtime("hosts"), SECURITY, HOSTILE),
    "chirp/middleware/cors.py": (*_runtime("cors"), SECURITY, HOSTILE),
    "chirp/middleware/static.py": (*_runtime("static", "files"), HOSTILE),
    "chirp/server/forwarded.py": (*_runtime("hosts", "middleware"), HOSTILE),
}

EQUIVALENT: dict[str, dict[str, str]] = {
    "chirp/middleware/lockout.py": {"_key: `16` is `17`": "a longer digest stands for an account just as well"},
    "chirp/http/urls.py": {"safe_next: `''` is `'XX'`": "neither is a path from the root"},
}
"""By module, mistakes that change nothing anybody could see, with the reason."""
