"""What is applied again, and would be another module than the one that is there."""

from __future__ import annotations

from netspec.backends.torch.lowering import Lowering
from netspec.backends.torch.source.units import Item
from netspec.diagnostics import SpecError, fault
from netspec.program import Call


def built_differently(name: str, maker: Item, again: Item) -> SpecError:
    """NS604 at the first op that differs between the two items, both called `name`."""
    before, after = _first_difference(maker, again) or (_call(maker), _call(again))
    message = f"`{name}` is made once, for {_taken(before)}; this would be another for"
    hint = "what is applied again must not depend on the height and width of its input"
    return fault("NS604", f"{message} {_taken(after)}", after.span, hint=hint)


def _first_difference(maker: Item, again: Item) -> tuple[Call, Call] | None:
    """The calls of the first ops that are not written alike."""
    if isinstance(maker.target, Lowering) or isinstance(again.target, Lowering):
        return None if maker.target == again.target else (_call(maker), _call(again))
    pairs = zip(maker.target.items, again.target.items, strict=False)
    return next(filter(None, (_first_difference(a, b) for a, b in pairs)), None)


def _call(item: Item) -> Call:
    """The item's call, the first of them where it is made of several."""
    while item.call is None:
        assert not isinstance(item.target, Lowering)
        item = item.target.items[0]
    return item.call


def _taken(call: Call) -> str:
    return ", ".join(str(value.type) for value in call.inputs)
