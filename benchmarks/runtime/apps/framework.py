"""The framework that is installed as `chirp`: this one, or in its own environment the released one of that name."""

from benchmarks.runtime.cases import CONTACTS, PAYLOAD, ROUTES, TEMPLATES, ASGIApp
from chirp import App, AppConfig, Fragment, Request, Template


def make() -> ASGIApp:
    app = App(AppConfig(template_dir=TEMPLATES, static_dir=None))

    @app.route("/plain")
    async def plain() -> str:
        return "Hello, World!"

    @app.route("/plain-def")
    def plain_def() -> str:
        return "Hello, World!"

    @app.route("/json")
    async def data() -> dict[str, object]:
        return PAYLOAD

    @app.route("/page")
    async def page() -> Template:
        return Template("contacts.html", title="Contacts", contacts=CONTACTS)

    @app.route("/page-def")
    def page_def() -> Template:
        return Template("contacts.html", title="Contacts", contacts=CONTACTS)

    @app.route("/fragment")
    async def fragment() -> Fragment:
        return Fragment("contacts.html", "rows", contacts=CONTACTS)

    @app.route("/form", methods=["POST"])
    async def form(request: Request) -> str:
        fields = await request.form()
        return f"{fields['name']} {fields['email']}"

    async def item(id: int) -> str:
        return f"item {id}"

    for number in range(ROUTES):
        app.route(f"/item{number}/{{id:int}}", name=f"item{number}")(item)
    return app
