"""Operands by name: `from: {a: .., b: ..}`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from netspec.diagnostics import fault
from netspec.elaborate.context import Context, Flow
from netspec.elaborate.naming import applied
from netspec.elaborate.wires import rendered
from netspec.syntax.spec import Block
from netspec.syntax.steps import Again, Origin, Step, Use

if TYPE_CHECKING:
    from netspec.elaborate.body import Body


def arranged(body: Body, step: Step, origin: Origin, flow: Flow, context: Context) -> Flow:
    """The tensors that `from` gives names, in the order in which the step takes them. Raises
    `SpecError` (NS306) where its names are others, or it has none.
    """
    given = tuple(origin.operands)
    taken = _names(body, step, context)
    if taken is None:
        hint = "names are for blocks with `inputs` and for a `formula`: write `from: a, b`"
        raise fault("NS306", "this step takes its tensors in order", step.span, hint=hint)
    if set(taken) != set(given):
        message = f"it takes {len(taken)} tensors ({', '.join(taken)}), not {', '.join(given)}"
        raise fault("NS306", message, step.span)
    by_name = dict(zip(given, flow, strict=True))
    return tuple([by_name[name] for name in taken])


def _names(body: Body, step: Step, context: Context) -> Sequence[str] | None:
    """What a step calls its operands; None where they have no names."""
    if isinstance(step.body, Again):
        played = body.played.get(rendered(step.body.name, context.environment))
        return None if played is None else _names(body, played.step, played.context)
    if not isinstance(step.body, Use):
        return None
    target = applied(step.body, context.environment)
    if isinstance(target, Block):
        return [name.text for name in target.inputs] or None
    if isinstance(target, type) and target.formulas:
        return tuple(step.origin.operands) if step.origin else ("x",)
    return None
