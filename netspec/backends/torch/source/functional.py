"""Modules as functions: an op of torch that is given all of its weights."""

from __future__ import annotations

from collections.abc import Mapping

from netspec.backends.torch.code import (
    Argument,
    Attribute,
    Call,
    Module,
    Name,
    Node,
    Sibling,
    Slot,
    Text,
    same,
)
from netspec.backends.torch.source.units import Item
from netspec.backends.torch.tree import rewrite
from netspec.ops.base import Op

OPTIONS = frozenset({"stride", "padding", "output_padding", "dilation", "groups"})
"""What the functions take besides; modules call it the same."""
_CONVOLUTIONS = {
    f"nn.Conv{kind}{axes}d": f"F.conv{'_' * bool(kind)}{kind.lower()}{axes}d"
    for kind in ("", "Transpose")
    for axes in (1, 2, 3)
}
FUNCTIONS = {"nn.Linear": "F.linear", **_CONVOLUTIONS}


def functional(item: Item, form: Node, module: Node, weights: Mapping[str, Node]) -> Node | None:
    """The form with a function of these weights in place of its module; None if the module has
    others, or torch no such function.
    """
    call = item.call
    assert call is not None
    assert isinstance(call.target, Op)
    own = list(call.target.weights(tuple(value.type for value in call.inputs)))
    if not isinstance(module, Call) or not isinstance(module.function, Name):
        return None
    function = FUNCTIONS.get(module.function.text)
    if function is None or set(own) != set(weights):
        return None
    options = [a for a in module.arguments if isinstance(a, Argument) and a.keyword in OPTIONS]
    others = [a for a in module.arguments if isinstance(a, Argument) and a not in options]
    if any(a.keyword not in (None, "bias") and not _is_default(a) for a in others):
        return None
    given = (*(_typed(weights[key]) for key in own), *options)

    def applied(node: Node) -> Node | None:
        if not isinstance(node, Call) or node.function != Module():
            return None
        return Call(Name(function), (*node.arguments, *given))

    return rewrite(form, applied)


def _typed(weight: Node) -> Node:
    """A bias, which torch's modules may have and its functions may be given."""
    match weight:
        case Call(Name("getattr"), (Sibling(()) as module, Text(("bias",)))):
            return Attribute(module, "bias")
    return weight


def _is_default(argument: Argument) -> bool:
    return isinstance(argument.value, Slot) and same(argument.value.value, argument.default)
