"""The rules of a team, as a distribution of its own."""

from collections.abc import Iterator

from chirp_check.api import Finding, Label, Level, ProjectView, ReferenceView, RouteView, TemplateView, rule


@rule("team-named-routes", since="1.0")
def named_routes(route: RouteView, view: ProjectView) -> Iterator[Finding]:
    """A route has no name, so that nothing can ask for its URL."""
    if route.name is None and route.path is not None and route.handler_span is not None:
        yield Finding(f"the route `{route.path}` has no name", at=route.handler_span, help='give it `name="…"`')


@rule("team-image-sizes", since="1.0", level=Level.WARN)
def image_sizes(template: TemplateView, view: ProjectView) -> Iterator[Finding]:
    """An image has no size, so that the page jumps when it comes."""
    for element in template.elements:
        sized = element.attribute("width") is not None and element.attribute("height") is not None
        if element.tag == "img" and not (sized or element.open):
            yield Finding("this image has no `width` and `height`", at=element.span)


@rule("team-no-outside", since="1.0")
def no_outside(reference: ReferenceView, view: ProjectView) -> Iterator[Finding]:
    """A template is taken from a folder of another team."""
    if reference.kind == "template" and reference.value.startswith("billing/"):
        yield Finding(f"`{reference.value}` belongs to billing", at=reference.span)


@rule("team-one-home", since="1.0", level=Level.OFF)
def one_home(project: ProjectView, view: ProjectView) -> Iterator[Finding]:
    """Several routes answer with the template of the first page."""
    homes = [route for route in project.routes if any(one.template == "home.html" for one in route.answers)]
    for route in homes[1:]:
        yield Finding("another first page", at=route.span, related=(Label("the first one", homes[0].span),))


ALL = (named_routes, image_sizes, no_outside, one_home)
