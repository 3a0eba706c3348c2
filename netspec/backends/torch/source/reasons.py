"""Why parts of a body are there: the `when`s that they stand under."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from netspec.backends.torch.code import Generator, Name, Node, Noted, Started, Under
from netspec.backends.torch.source.expressions import negated, translated
from netspec.backends.torch.tree import Tree, rewrite, walk

Reason = tuple[str, ...]


def common(chains: Iterable[Reason]) -> Reason:
    """What chains of `when`s begin with."""
    return tuple(same[0] for same in zip(*chains, strict=False) if len(set(same)) == 1)


def whens_of(layer: Node) -> Reason:
    """Those of a layer of a sequence."""
    while isinstance(layer, Noted | Generator):
        layer = layer.node if isinstance(layer, Noted) else layer.element
    return tuple(layer.whens) if isinstance(layer, Under) else ()


def bare(layer: Node) -> Node:
    """The layer itself."""
    match layer:
        case Generator(element=inner) | Noted(node=inner) | Under(layer=inner):
            return bare(inner)
        case Started(module=inner):
            return bare(inner)
    return layer


def exclude(reason: Hashable, other: Hashable) -> bool:
    """Whether parts with these reasons are never there together: there is none for either, or they
    are opposites, or speak of the same.
    """
    if not isinstance(reason, tuple) or not isinstance(other, tuple):
        return False
    if not reason or not other:
        return not reason and not other
    one, two = (translated(chain[-1], Name) for chain in (reason, other))
    if one is None or two is None or reason[:-1] != other[:-1]:
        return False
    return negated(one) == two or set(walk(one, Name)) == set(walk(two, Name))


def settled(tree: Tree) -> Tree:
    """Code in which layers stand for themselves."""

    def own(node: Node) -> Node | None:
        return settled(node.layer) if isinstance(node, Under) else None

    return rewrite(tree, own)
