"""Code for what only some members of a class have."""

from __future__ import annotations

from collections.abc import Sequence

from netspec.backends.torch.code import ABSENT, Literal, Node, Slot
from netspec.backends.torch.source.columns import SIZES, is_constant
from netspec.backends.torch.source.parameters import TRUSTED, Parameters

LARGE = 16
"""From here on numbers are taken for sizes."""


class Unsolved(Exception):
    """A part that some members do not have depends on what these cannot give."""


def partly(
    parameters: Parameters,
    slots: Sequence[Slot],
    before: Sequence[tuple[Slot, Node]],
    entering: Node | None,
) -> Node:
    """The code for a column of a part that some members do not have; raises `Unsolved`.

    A size that follows from others is that of what is `entering`, if it is known, else what it was
    called last `before`.
    """
    column = tuple(slot.value for slot in slots)
    there = [slot for slot in slots if slot.value is not ABSENT]
    constant = is_constant(tuple(slot.value for slot in there))
    if is_size(there[0]) and entering is not None and parameters.gives(entering, column):
        return entering
    found = parameters.stated(slots, column, entering)
    if found is None or (isinstance(found, Literal) and not parameters.offer_all_of(there[0])):
        alike = (node for slot, node in before if _may_be_called_so(there[0], slot))
        said = (node for node in alike if parameters.gives(node, column))
        found = next(said, None) if _may_follow(there[0], constant) else found
    if found is None and there[0].given is None and (there[0].name in SIZES or not constant):
        found = parameters.called(there[0].name, column)
    if found is None and constant:
        found = Literal(there[0].value)
    if found is None and (there[0].given is None or len(there) >= TRUSTED):
        found = parameters.agreeing(there[0].name, column)
    if found is None:
        raise Unsolved
    return found


def _may_be_called_so(slot: Slot, other: Slot) -> bool:
    """Whether they may be one number: a size that is not given is no kernel."""
    return not is_size(slot) or other.name in SIZES or other.given is not None


def is_size(slot: Slot) -> bool:
    """Whether it is a size that follows from shapes."""
    return slot.given is None and slot.name in SIZES


def _may_follow(slot: Slot, constant: bool) -> bool:
    """Whether a number may be what another one was called: a size, or one that the spec calculates;
    small ones agree by chance.
    """
    if slot.given is None:
        return slot.name in SIZES or not constant
    return slot.expression is not None and isinstance(slot.value, int) and slot.value >= LARGE
