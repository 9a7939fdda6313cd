"""What the Python side of an application refers to, where it is written: templates, blocks, URLs and ids."""

from collections.abc import Iterator

from chirp_check.model.applications import AppKey
from chirp_check.model.domain import Dict, Record, Sequence, Value
from chirp_check.model.entities import (
    BlockUse,
    Pattern,
    Site,
    TargetUse,
    TemplateUse,
    Text,
    Unknown,
    UrlUse,
)
from chirp_check.model.framework import RETURN_TYPES
from chirp_check.model.inputs import text
from chirp_check.model.markup import hashed, pieces
from chirp_check.model.memory import Queries
from chirp_check.model.templates import blocks, template_path
from chirp_check.source import Span

type Use = TemplateUse | BlockUse | UrlUse | TargetUse | Unknown


def uses(model: Queries, app: AppKey, record: Record) -> Iterator[Use]:
    """What one constructed return type refers to, in the application."""
    signature = RETURN_TYPES.get(record.kind)
    if signature is None:
        return
    site = Site(record.kind, record.span)
    if signature.template is not None:
        yield from _rendered(model, app, record, site)
    for name in signature.ids:
        yield from _target(record.argument(None, name), f"{record.kind}({name}=)", site)
    if record.kind in ("Redirect", "hx_redirect"):
        yield from _url(record.argument(0, "url"), site)
    if record.kind in ("FormAction", "MutationResult"):
        yield from _url(record.argument(0, "redirect"), site)
    if record.kind in ("OOB", "FormAction", "MutationResult"):
        yield from _default_targets(model, app, record)


def _rendered(model: Queries, app: AppKey, record: Record, site: Site) -> Iterator[Use]:
    signature = RETURN_TYPES[record.kind]
    assert signature.template is not None
    name = record.argument(*signature.template)
    if not isinstance(name, Text):
        if name is not None:
            yield Unknown(_reason(name), record.span, "template")
        return
    if not (name.value or signature.answers):
        return  # an empty part, which stands for none
    yield TemplateUse(name, record.kind, site)
    path = template_path(model, app, name.value)
    for position, parameter in signature.blocks:
        block = record.argument(position, parameter)
        if isinstance(block, Text) and path is not None:
            yield BlockUse(name, block, path, site, parameter)
        elif isinstance(block, (Pattern, Unknown)):
            yield Unknown(_reason(block), record.span, "block")
    if record.kind == "Suspense" and path is not None:
        yield from (BlockUse(name, block, path, site, "blocks") for block in _deferred(model, record))


def _deferred(model: Queries, record: Record) -> Iterator[Text]:
    """The blocks that a `Suspense` names: the keys of `blocks=`, the items of `defer_blocks=`."""
    given, listed = record.argument(None, "blocks"), record.argument(None, "defer_blocks")
    if isinstance(given, Dict):
        source, (path, start, end) = text(model, given.span.path) or "", given.span
        for key, _ in given.entries:
            at = max(source.find(f"{quote}{key}{quote}", start, end) for quote in "\"'")
            if at >= 0:
                yield Text(key, Span(path, at, at + len(key) + 2))
    yield from (one for one in (listed.items if isinstance(listed, Sequence) else ()) if isinstance(one, Text))


def _reason(value: Value) -> str:
    return value.reason if isinstance(value, Unknown) else "a computed name"


def _url(value: Value | None, site: Site) -> Iterator[Use]:
    if isinstance(value, (Text, Pattern)):
        yield UrlUse(value, "GET", "redirect", None, site)
    elif isinstance(value, Unknown):
        yield Unknown(value.reason, site.span, "url")


def _target(value: Value | None, via: str, site: Site) -> Iterator[Use]:
    if not isinstance(value, (Text, Pattern)):
        return
    if via.endswith("(target=)"):
        written = pieces(value)
        selector: Text | Pattern = value
        if written[0] is not None and not written[0].startswith("#"):
            selector = hashed(written, value.span)
        yield TargetUse(selector, via, None, site)
    else:
        yield TargetUse(value, via, None, site)


def _default_targets(model: Queries, app: AppKey, record: Record) -> Iterator[Use]:
    """A fragment after the first goes to the element named like its block, unless it names a target."""
    for fragment in others(record):
        block, name = fragment.argument(1, "block_name"), fragment.argument(0, "template_name")
        path = template_path(model, app, name.value) if isinstance(name, Text) else None
        if path is not None and isinstance(block, Text) and block.value not in blocks(model, app, path):
            continue  # which is said of the block itself
        if fragment.argument(None, "target") is None and not fragment.open and isinstance(block, Text):
            yield TargetUse(
                hashed(pieces(block), block.span),
                "the default target of a fragment",
                None,
                Site("Fragment", fragment.span),
            )


def others(record: Record) -> list[Record]:
    """The fragments that are swapped out of band: all but the first."""
    given: tuple[Value, ...] = record.args[1:] if record.kind == "OOB" else record.args[2:]
    listed = record.argument(None, "fragments")
    if record.kind != "OOB" and isinstance(listed, Sequence):
        given = (*given, *listed.items[1:])
    return [value for value in given if isinstance(value, Record) and value.kind == "Fragment"]
