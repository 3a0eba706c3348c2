"""Names of tensors: what steps, inputs and outputs are called, and what `from` picks by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from netspec.diagnostics import Span, SpecError, fault, nearest
from netspec.elaborate.context import Flow
from netspec.elaborate.environment import Environment
from netspec.ops.base import Op
from netspec.program import Call, Instance
from netspec.syntax.expression import Expression
from netspec.syntax.spec import Block
from netspec.syntax.steps import Template


def wire_of(outputs: Flow) -> Any:
    """What a name stands for: a tensor, or the tuple of several."""
    return outputs[0] if len(outputs) == 1 else outputs


def bindings(name: str, outputs: Flow) -> dict[str, Any]:
    """A step's name with what it stands for, and `name.output` for each output that has a name."""
    bound = {name: wire_of(outputs)}
    call = outputs[0].producer if outputs else None
    if call is None or call.outputs[: len(outputs)] != outputs:
        return bound
    if isinstance(call.target, Instance):
        named = zip(call.target.output_names, outputs, strict=False)
    else:
        extras = call.target.extras
        named = zip(extras, call.outputs[len(call.outputs) - len(extras) :], strict=False)
    bound.update({f"{name}.{output}": value for output, value in named})
    return bound


def without_unread(calls: Sequence[Call], outputs: Flow) -> None:
    """Drop the extra outputs of ops that nobody reads, of none of the uses of one place."""
    late = [call for call in calls if isinstance(call.target, Op) and call.target.extras]
    if not late:
        return
    read = {value for call in calls for value in call.inputs} | set(outputs)
    extras = {call: call.outputs[len(call.outputs) - len(_extras(call)) :] for call in late}
    wanted = {call.place for call in late if not read.isdisjoint(extras[call])}
    for call in late:
        if call.place not in wanted:
            call.outputs = call.outputs[: len(call.outputs) - len(extras[call])]


def _extras(call: Call) -> tuple[str, ...]:
    assert isinstance(call.target, Op)
    return call.target.extras


def require_inputs(block: Block, flow: Flow, span: Span) -> None:
    """Raise `SpecError` (NS306) where a block that names its inputs gets another number of them."""
    if block.inputs and len(block.inputs) != len(flow):
        names = ", ".join(name.text for name in block.inputs)
        several = "tensor" if len(block.inputs) == 1 else "tensors"
        message = f"`{block.name}` takes {len(block.inputs)} {several} ({names}), not {len(flow)}"
        raise fault("NS306", message, span)


def named_inputs(block: Block, inputs: Flow) -> dict[str, Any]:
    """The tensors that a block's inputs are called; those carried along have no name."""
    for name, value in zip(block.inputs, inputs, strict=False):
        value.name = name.text
    return {name.text: value for name, value in zip(block.inputs, inputs, strict=False)}


def unknown_step(name: str, steps: Iterable[str], span: Span) -> SpecError:
    """The fault of a `from` that names no step before it; `steps` are those that there are."""
    known = sorted(steps)
    hint = nearest(name, known)
    if hint is None and known:
        hint = "steps with a name: " + ", ".join(f"`{step}`" for step in known)
    return fault("NS207", f"no step named `{name}` before this one", span, hint=hint)


UNUSABLE = frozenset({"training"})
"""Names that no module can have as its child's."""


def rendered(name: Template, environment: Environment) -> str:
    """The name with its braces evaluated; raises `SpecError` (NS208) if it is no identifier."""
    if name.literal is not None and name.literal not in UNUSABLE:
        return name.literal
    parts = [p.evaluate(environment) if isinstance(p, Expression) else p for p in name.parts]
    text = "".join(map(str, parts))
    if text in UNUSABLE:
        hint = "a PyTorch module keeps its mode under that name"
        raise fault("NS208", f"`{text}` cannot be the name of a module", name.span, hint=hint)
    if not text.isidentifier():
        raise fault("NS208", f"`{text}` cannot be the name of a module", name.span)
    return text
