"""A file's defaults, written into the steps that they hold for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from netspec.diagnostics import Report, Span
from netspec.elaborate.arguments import Prepared, prepare
from netspec.elaborate.check import check_file
from netspec.elaborate.environment import resolve
from netspec.elaborate.signatures import parameters
from netspec.expand.effective import entries
from netspec.expand.origins import MERGED, Origins
from netspec.ops.base import Op
from netspec.syntax import nodes
from netspec.syntax.nodes import Mapping, Node, Scalar
from netspec.syntax.parse import parse_spec
from netspec.syntax.spec import Block, SpecFile
from netspec.syntax.steps import WORD, Use, identifiers

if TYPE_CHECKING:
    from netspec.catalog import Document

_TEXTS = frozenset("name from again init tie note".split())
"""Modifiers that hold no block: they name tensors and weights, or are read by people."""


def with_defaults(
    root: Mapping, chosen: Document, origins: Origins
) -> tuple[Mapping, Sequence[str]]:
    """The spec with each default argument in the steps that take it, and the names whose defaults
    stay: of ops and blocks that are also given as values, and where the argument is a block or a
    name in it means something else, or nothing yet, inside a block, a loop or a param.
    """
    defaults = root.get("defaults")
    if not isinstance(defaults, Mapping):
        return root, ()
    report = Report()
    file = parse_spec(root, chosen.source, report, chosen.folder.library)
    uses, bound = _Uses(file, report), frozenset(_bound(root))
    early = frozenset(_heads(root.get("params"), uses))
    movable = {
        name: entry
        for name, entry in file.defaults.items()
        if not bound & _names(entry) and _is_plain(entry, resolve(name, file))
        if not (name in early and _names(entry))
    }
    leaving = movable.keys() - frozenset(_mentioned(root, uses))
    merger = _Merger(uses, movable, origins)
    staying = [(k, merger.node(v)) for k, v in defaults if k.text not in leaving]
    kept = Mapping(staying, defaults.span)
    items = [(k, kept if v is defaults else merger.node(v)) for k, v in root]
    items = [(k, v) for k, v in items if v is not kept or kept.items]
    return Mapping(items, root.span), [key.text for key, _ in kept]


class _Uses:
    """Every use of an op or block by its name, by the place of that name."""

    def __init__(self, file: SpecFile, report: Report) -> None:
        self._found: dict[int, tuple[Use, Block | type[Op], Sequence[Prepared]]] = {}
        check_file(file, self._prepare, report)

    def _prepare(self, use: Use, target: Block | type[Op]) -> tuple[Prepared, ...]:
        prepared = prepare(use, target)
        self._found[id(use.span)] = (use, target, prepared)
        return prepared

    def __contains__(self, head: Scalar) -> bool:
        return id(head.span) in self._found

    def arguments(self, head: Scalar, given: Node | None) -> list[tuple[Scalar, Node]]:
        """The arguments of a use by name."""
        if isinstance(given, Mapping):
            return given.items
        _, target, prepared = self._found[id(head.span)]
        if given is None or not prepared:
            return []
        positional: list[Node] = [given]
        if isinstance(given, nodes.Sequence) and prepared[0].span is not given.span:
            positional = given.items
        names = parameters(target)
        return [(Scalar(n, v.span), v) for n, v in zip(names, positional, strict=False)]


class _Merger:
    """Adds the arguments that are not given."""

    def __init__(self, uses: _Uses, defaults: dict[str, Mapping], origins: Origins) -> None:
        self._uses, self._entries, self._origins = uses, defaults, origins

    def node(self, node: Node) -> Node:
        if isinstance(node, Scalar):
            return self._bare(node, MERGED)
        if isinstance(node, nodes.Sequence):
            return nodes.Sequence([self._item(item) for item in node.items], node.span)
        return Mapping([(k, self._entry(k, v)) for k, v in node], node.span)

    def _item(self, node: Node) -> Node:
        return self._bare(node, node.span) if isinstance(node, Scalar) else self.node(node)

    def _bare(self, head: Scalar, span: Span) -> Node:
        missing = self._missing(head, None)
        return Mapping([(head, Mapping(missing, MERGED))], span) if missing else head

    def _entry(self, key: Scalar, value: Node) -> Node:
        inner, missing = self.node(value), self._missing(key, value)
        if not missing:
            return inner
        span = value.span if isinstance(value, Mapping) else MERGED
        return Mapping([*self._uses.arguments(key, inner), *missing], span)

    def _missing(self, head: Scalar, given: Node | None) -> list[tuple[Scalar, Node]]:
        if head not in self._uses or head.text not in self._entries:
            return []
        known = {key.text for key, _ in self._uses.arguments(head, given)}
        entry = self._entries[head.text]
        return [(k, self._origins.default(v)) for k, v in entry if k.text not in known]


def _heads(node: Node | None, uses: _Uses) -> Iterator[str]:
    """The ops and blocks that are used somewhere in a node."""
    if isinstance(node, Scalar):
        yield from (node.text,) if node in uses else ()
    for item in node.items if isinstance(node, nodes.Sequence) else ():
        yield from _heads(item, uses)
    for key, value in entries(node):
        yield from (key.text,) if key in uses else ()
        yield from _heads(value, uses)


def _names(entry: Mapping) -> frozenset[str]:
    return frozenset().union(*(identifiers(value) for _, value in entry))


def _is_plain(entry: Mapping, target: Block | type[Op] | None) -> bool:
    """Whether no argument is a block: those are made once for all that take the default."""
    values = [value for _, value in entry]
    if isinstance(target, Block):
        return all(isinstance(value, Scalar) for value in values)
    return not any(isinstance(value, Mapping) for value in values)


def _mentioned(root: Mapping, uses: _Uses) -> Iterator[str]:
    """Words that may stand for an op or block elsewhere than where it is used."""
    for node in _speaking(root):
        yield from _words(node, uses)


def _speaking(root: Mapping) -> Iterator[Node]:
    """What may give an op or block as a value."""
    yield from (value for key, value in root if key.text in ("params", "body", "asserts"))
    for _, entry in entries(root.get("defaults")):
        yield from (value for _, value in entries(entry))
    for _, block in entries(root.get("blocks")):
        yield from (value for key, value in entries(block) if key.text not in ("about", "source"))
    claims = root.get("claims")
    for claim in claims.items if isinstance(claims, nodes.Sequence) else ():
        yield from (value for key, value in entries(claim) if key.text == "with")


def _words(node: Node, uses: _Uses) -> Iterator[str]:
    if isinstance(node, Scalar):
        words = () if node in uses else WORD.finditer(node.text)
        yield from (word[0] for word in words)
    elif isinstance(node, nodes.Sequence):
        for item in node.items:
            yield from _words(item, uses)
    else:
        yield from (key.text for key, _ in node if key not in uses)
        for key, value in node:
            if key.text not in _TEXTS:
                yield from _words(value, uses)


def _bound(root: Mapping) -> Iterator[str]:
    """Names that blocks and loops give a meaning of their own."""
    yield from ("i", "first", "last")
    for _, block in entries(root.get("blocks")):
        params = block.get("params") if isinstance(block, Mapping) else None
        yield from (name.text for name, _ in entries(params))
    yield from _variables(root)


def _variables(node: Node) -> Iterator[str]:
    for item in node.items if isinstance(node, nodes.Sequence) else ():
        yield from _variables(item)
    for key, value in entries(node):
        if key.text == "for":
            yield from (name.text for name, _ in entries(value))
        elif key.text == "index" and isinstance(value, Scalar):
            yield value.text
        yield from _variables(value)
