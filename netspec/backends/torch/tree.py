"""Trees of code: what they are made of, what they have in common, and how they are changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import fields
from operator import attrgetter, is_
from typing import Any, TypeVar, overload

from netspec.backends.torch.code import Node, Origin, Slot, Whens

COMPOUND = (tuple, Node)
Reader = Callable[[Any], tuple[Any, ...]]


class _Readers(dict[type, Reader]):
    """What reads the fields of each kind of node."""

    def __missing__(self, kind: type[Node]) -> Reader:
        names = [each.name for each in fields(kind)]
        read: Reader = attrgetter(*names) if len(names) > 1 else lambda node: _each(node, names)
        return self.setdefault(kind, read)


def _each(node: Node, names: list[str]) -> tuple[Any, ...]:
    return tuple([getattr(node, name) for name in names])


_READERS = _Readers()


def parts(tree: Any) -> tuple[Any, ...]:
    """What a node or a tuple is directly made of."""
    if isinstance(tree, tuple):
        return tree
    return _READERS[type(tree)](tree) if isinstance(tree, Node) else ()


NodeType = TypeVar("NodeType", bound=Node)
Other = TypeVar("Other", bound=Node)


@overload
def walk(tree: Any, kind: type[NodeType], /) -> Iterator[NodeType]: ...
@overload
def walk(tree: Any, kind: type[NodeType], other: type[Other], /) -> Iterator[NodeType | Other]: ...
@overload
def walk(tree: Any, /, *kinds: type[Node]) -> Iterator[Node]: ...
def walk(tree: Any, *kinds: type[Node]) -> Iterator[Node]:
    """The outermost nodes of those kinds, in the order of the code."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, kinds):
            yield part
        elif isinstance(part, COMPOUND):
            waiting += reversed(parts(part))


Tree = TypeVar("Tree")


def rewrite(tree: Tree, replace: Callable[[Node], Node | None]) -> Tree:
    """The tree with every node for which `replace` gives another one replaced, outermost first."""
    replaced = replace(tree) if isinstance(tree, Node) else None
    result: Any = replaced or _rebuilt(tree, replace)
    return result  # type: ignore[no-any-return]


def _rebuilt(tree: Any, replace: Callable[[Node], Node | None]) -> Any:
    """The tree itself if no part of it becomes another one."""
    old = parts(tree)
    new = [rewrite(part, replace) if isinstance(part, COMPOUND) else part for part in old]
    if all(map(is_, old, new)):
        return tree
    return type(tree)(*new) if isinstance(tree, Node) else tuple(new)


def skeleton(tree: Any, *, opaque: tuple[type[Node], ...] = (Slot,)) -> Hashable:
    """What two trees have in common that differ at most in nodes of the opaque kinds."""
    if isinstance(tree, Origin):
        return Origin
    if isinstance(tree, opaque):
        return (type(tree), getattr(tree, "name", None))
    if isinstance(tree, Whens):
        return tree
    if isinstance(tree, tuple):
        return tuple([skeleton(part, opaque=opaque) for part in tree])
    if isinstance(tree, Node):
        return (type(tree), *[skeleton(part, opaque=opaque) for part in parts(tree)])
    return (type(tree), tree)
