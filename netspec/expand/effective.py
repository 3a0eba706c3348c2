"""What a spec says in the end: one file, with the values that it was given from outside."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netspec.diagnostics import Report, Source, Span, SpecError
from netspec.elaborate.arguments import prepare, takes_block
from netspec.elaborate.check import check_file
from netspec.syntax import nodes
from netspec.syntax.nodes import Node, Scalar, Sequence
from netspec.syntax.parse import parse_spec
from netspec.syntax.spec import SpecFile

if TYPE_CHECKING:
    from netspec.catalog import Document
    from netspec.expand.origins import Origins

ORDER = (
    "netspec name about source params input inputs outputs use defaults init blocks asserts body "
    "claims budget checkpoints"
).split()
"""The keys of a spec, in the order that they are written in."""


def settled(root: Node, name: str) -> nodes.Mapping:
    """The keys of a network in their order, its name among them."""
    assert isinstance(root, nodes.Mapping)
    span = Span(Source("the file's name", name), 1, 1, 1, 1)
    written = {key.text: (key, value) for key, value in root}
    written.setdefault("name", (Scalar("name", span), Scalar(name, span)))
    return nodes.Mapping([written[key] for key in ORDER if key in written], root.span)


def given(
    root: nodes.Mapping, file: SpecFile, params: Mapping[str, Any], origins: Origins
) -> tuple[nodes.Mapping, list[str]]:
    """With the values from outside in place of the file's own; and what is left out for that."""
    if not file.overrides and not file.sizes:
        return root, []
    overrides = {name: _default(file, name, params[name]) for name in file.overrides}
    items = []
    for key, value in root:
        if key.text == "params":
            value = _replaced(value, overrides, origins)
        elif key.text == "input":
            value = _shaped(value, file.sizes.get(None), origins)
        elif key.text == "inputs":
            value = _each_shaped(value, file.sizes, origins)
        if key.text != "claims":
            items.append((key, value))
    remarks = ["claims are left out: they speak of the network without --set and --input"]
    return nodes.Mapping(items, root.span), remarks if root.get("claims") else []


def _default(file: SpecFile, name: str, value: Any) -> Node:
    """A value from outside as the default of its parameter, which then has no type."""
    parameter, node = file.params[name], file.overrides[name]
    if parameter.kind == "int":
        return Scalar(str(value), node.span)
    if isinstance(node, Sequence) and takes_block(parameter, file.params, file):
        return nodes.Mapping([(Scalar("do", node.span), node)], node.span)
    return node


def _replaced(node: Node, changes: Mapping[str, Node], origins: Origins) -> Node:
    assert isinstance(node, nodes.Mapping)
    items = [(k, origins.instead(v, changes.get(k.text))) for k, v in node]
    return nodes.Mapping(items, node.span)


def _shaped(node: Node, shape: Node | None, origins: Origins) -> Node:
    if isinstance(node, nodes.Mapping) and shape is not None:
        return _replaced(node, {"shape": shape}, origins)
    return origins.instead(node, shape)


def _each_shaped(node: Node, sizes: Mapping[str | None, Node], origins: Origins) -> Node:
    assert isinstance(node, nodes.Mapping)
    shapes = [sizes.get(key.text) or sizes.get(None) for key, _ in node]
    items = [(k, _shaped(v, shape, origins)) for (k, v), shape in zip(node, shapes, strict=True)]
    return nodes.Mapping(items, node.span)


def without_unused(root: nodes.Mapping, chosen: Document) -> tuple[nodes.Mapping, list[str]]:
    """Without the params that nothing uses any more, and the claims that give them values."""
    params, claims, unused = root.get("params"), root.get("claims"), _unused(root, chosen)
    if not unused or not isinstance(params, nodes.Mapping):
        return root, []
    changed: dict[str, Node] = {"params": _without(params, unused)}
    if isinstance(claims, Sequence):
        changed["claims"] = Sequence(
            [c for c in claims.items if not _gives(c, unused)], claims.span
        )
    items = [(key, changed.get(key.text, value)) for key, value in root]
    kept = [(k, v) for k, v in items if k.text not in changed or not _is_empty(v)]
    root, more = without_unused(nodes.Mapping(kept, root.span), chosen)
    return root, [*unused, *more]


def _unused(root: nodes.Mapping, chosen: Document) -> list[str]:
    report = Report()
    check_file(parse_spec(root, chosen.source, report, chosen.folder.library), prepare, report)
    params = root.get("params")
    try:
        report.raise_if_any()
    except SpecError as error:
        places = {id(fault.span) for fault in error.diagnostics if fault.code == "NS209"}
        return [k.text for k, _ in entries(params) if id(k.span) in places]
    return []


def entries(node: Node | None) -> list[tuple[Scalar, Node]]:
    """What a mapping holds; nothing where there is none."""
    return node.items if isinstance(node, nodes.Mapping) else []


def _without(node: nodes.Mapping, names: list[str]) -> nodes.Mapping:
    return nodes.Mapping([(k, v) for k, v in node if k.text not in names], node.span)


def _gives(claim: Node, names: list[str]) -> bool:
    assert isinstance(claim, nodes.Mapping)
    return any(key.text in names for key, _ in entries(claim.get("with")))


def _is_empty(node: Node) -> bool:
    return not isinstance(node, Scalar) and not node.items


def from_top(root: nodes.Mapping, chosen: Document) -> nodes.Mapping:
    """With the files under `use` as seen from the folder of the spec."""
    items = [(k, _from_top(v, chosen.folder.top) if k.text == "use" else v) for k, v in root]
    return nodes.Mapping(items, root.span)


def _from_top(node: Node, top: Path) -> Node:
    items: list[tuple[Scalar, Node]] = []
    for key, name in entries(node):
        home = name.span.source.path
        assert isinstance(name, Scalar)
        assert home is not None
        path = (home.parent / name.text).resolve().relative_to(top)
        items.append((key, Scalar(path.as_posix(), name.span)))
    return nodes.Mapping(items, node.span)
