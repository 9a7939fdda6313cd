"""Starlette."""

from kida import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from benchmarks.runtime.cases import CONTACTS, PAYLOAD, ROUTES, TEMPLATES, ASGIApp


def make() -> ASGIApp:
    loader = FileSystemLoader(TEMPLATES)
    template = Environment(loader=loader, auto_reload=False, bytecode_cache=False).get_template("contacts.html")

    async def plain(request: StarletteRequest) -> HTMLResponse:
        return HTMLResponse("Hello, World!")

    def plain_def(request: StarletteRequest) -> HTMLResponse:
        return HTMLResponse("Hello, World!")

    async def data(request: StarletteRequest) -> JSONResponse:
        return JSONResponse(PAYLOAD)

    async def page(request: StarletteRequest) -> HTMLResponse:
        return HTMLResponse(template.render({"title": "Contacts", "contacts": CONTACTS}))

    def page_def(request: StarletteRequest) -> HTMLResponse:
        return HTMLResponse(template.render({"title": "Contacts", "contacts": CONTACTS}))

    async def fragment(request: StarletteRequest) -> HTMLResponse:
        return HTMLResponse(template.render_block("rows", {"contacts": CONTACTS}))

    async def form(request: StarletteRequest) -> HTMLResponse:
        fields = await request.form()
        return HTMLResponse(f"{fields['name']} {fields['email']}")

    async def item(request: StarletteRequest) -> HTMLResponse:
        return HTMLResponse(f"item {request.path_params['id']}")

    routes = [
        Route("/plain", plain),
        Route("/plain-def", plain_def),
        Route("/page-def", page_def),
        Route("/json", data),
        Route("/page", page),
        Route("/fragment", fragment),
        Route("/form", form, methods=["POST"]),
        *(Route(f"/item{number}/{{id:int}}", item) for number in range(ROUTES)),
    ]
    return Starlette(routes=routes)
