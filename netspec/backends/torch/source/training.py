"""Steps for outputs that only training has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from netspec.backends.torch.code import Node
from netspec.backends.torch.source.steps import Step, all_steps, definitions, references
from netspec.backends.torch.tree import rewrite


def is_late(node: Node) -> bool:
    """Whether training alone needs the step, or all of a loop."""
    return all(step.train_only for step in all_steps((node,)))


def at_any_time(node: Node) -> Node:
    """The step, no longer for training only."""
    return rewrite(node, lambda n: replace(n, train_only=False) if isinstance(n, Step) else None)


def training_early(steps: Sequence[Node]) -> list[Node]:
    """The steps, those for training only as soon as what they read is there."""
    after: dict[int, list[Node]] = {}
    made_by: dict[int, int] = {}
    for position, step in enumerate(steps):
        at = position
        if is_late(step):
            at = max((made_by.get(value, -1) for value in references(step)), default=-1)
        after.setdefault(at, []).append(step)
        made_by.update(dict.fromkeys(definitions(step), at))
    return [step for at in sorted(after) for step in after[at]]
