"""Trees of code: what they are made of, what they have in common, and how they are changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any, TypeVar, overload

from netspec.backends.torch.code import Node, Origin, Slot, Whens


def parts(tree: Any) -> tuple[Any, ...]:
    """What a node or a tuple is directly made of."""
    if isinstance(tree, tuple):
        return tree
    if isinstance(tree, Node):
        return tuple([getattr(tree, name) for name in tree.__dataclass_fields__])
    return ()


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
        elif isinstance(part, tuple | Node):
            waiting += reversed(parts(part))


Tree = TypeVar("Tree")


def rewrite(tree: Tree, replace: Callable[[Node], Node | None]) -> Tree:
    """The tree with every node for which `replace` gives another one replaced, outermost first."""
    result: Any = tree
    if isinstance(tree, Whens):
        return tree
    if isinstance(tree, tuple):
        result = tuple(rewrite(part, replace) for part in tree)
    elif isinstance(tree, Node):
        result = replace(tree) or _rebuilt(tree, replace)
    return result  # type: ignore[no-any-return]


def _rebuilt(node: Node, replace: Callable[[Node], Node | None]) -> Node:
    old = parts(node)
    new = [rewrite(p, replace) if isinstance(p, Node | tuple) else p for p in old]
    return node if all(a is b for a, b in zip(old, new, strict=True)) else type(node)(*new)


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
