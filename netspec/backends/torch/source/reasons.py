"""Why parts of a body are there: the `when`s that they stand under."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from itertools import product
from typing import Any

from netspec.backends.torch.code import Generator, Infix, Name, Node, Noted, Started, Under
from netspec.backends.torch.source.expressions import evaluated, negated, translated
from netspec.backends.torch.tree import Tree, rewrite, walk

Reason = tuple[str, ...]
MOST_NAMES = 4
COUNTS = (1, 2, 3, 4)
"""What two conditions are tried with in place of numbers."""


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
    """Whether one of two parts with these reasons is there, and never both: there is none for
    either, or one condition holds where the other one does not.
    """
    if not (reason and other):
        return not reason and not other
    found = _together(reason, other)
    return found is not None and all(sum(pair) == 1 for pair in found)


def never_both(reason: Hashable, other: Hashable) -> bool:
    """Whether parts with these reasons are never there together."""
    found = _together(reason, other)
    return found is not None and not any(all(pair) for pair in found)


def _together(reason: Hashable, other: Hashable) -> list[tuple[bool, ...]] | None:
    """What the last conditions of two chains that are else the same come to, for some values of
    what they speak of; None where that is not known.
    """
    if not isinstance(reason, tuple) or not isinstance(other, tuple):
        return None
    if not (reason and other) or reason[:-1] != other[:-1]:
        return None
    one, two = (translated(chain[-1], Name) for chain in (reason, other))
    if one is None or two is None:
        return None
    if negated(one) == two:
        return [(True, False), (False, True)]
    names = list(dict.fromkeys(walk((one, two), Name)))
    counted = {name for node in _compared((one, two)) for name in walk(node, Name)}
    values = [COUNTS if name in counted else (False, True) for name in names]
    if len(names) > MOST_NAMES:
        return None
    found = []
    for row in product(*values):
        given: dict[Node, Any] = dict(zip(names, row, strict=True))
        try:
            found.append(tuple(bool(evaluated(n, given.__getitem__)) for n in (one, two)))
        except (ArithmeticError, LookupError, TypeError):
            return None
    return found


def _compared(tree: object) -> Iterator[Node]:
    """The parts of conditions that are no conditions themselves."""
    for node in walk(tree, Infix):
        if node.operator in ("and", "or"):
            yield from _compared(node.operands)
        else:
            yield node


def settled(tree: Tree) -> Tree:
    """Code in which layers stand for themselves."""

    def own(node: Node) -> Node | None:
        return settled(node.layer) if isinstance(node, Under) else None

    return rewrite(tree, own)
