"""Names of tensors: what steps, inputs and outputs are called, and what `from` picks by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from netspec.diagnostics import Span, SpecError, fault, nearest
from netspec.elaborate.context import Flow
from netspec.elaborate.values import tensors
from netspec.program import Instance, Value
from netspec.syntax.nodes import Scalar
from netspec.syntax.spec import Block


def wire_of(outputs: Flow) -> Any:
    """What a name stands for: a tensor, or the tuple of several."""
    return outputs[0] if len(outputs) == 1 else outputs


def bindings(name: str, outputs: Flow) -> dict[str, Any]:
    """A step's name with what it stands for, and `name.output` for each output that has a name."""
    bound = {name: wire_of(outputs)}
    call = outputs[0].producer if outputs else None
    if call is not None and isinstance(call.target, Instance) and call.outputs == outputs:
        named = zip(call.target.output_names, outputs, strict=False)
        bound.update({f"{name}.{output}": value for output, value in named})
    return bound


def require_inputs(block: Block, flow: Flow, span: Span) -> None:
    """Raise `SpecError` (NS306) where a block that names its inputs gets another number of them."""
    if block.inputs and len(block.inputs) != len(flow):
        names = ", ".join(name.text for name in block.inputs)
        message = f"`{block.name}` takes {len(block.inputs)} tensors ({names}), not {len(flow)}"
        raise fault("NS306", message, span)


def named_inputs(block: Block, inputs: Flow) -> dict[str, Any]:
    """The tensors that a block's inputs are called; those carried along have no name."""
    for name, value in zip(block.inputs, inputs, strict=False):
        value.name = name.text
    return {name.text: value for name, value in zip(block.inputs, inputs, strict=False)}


def named_outputs(outputs: Iterable[Scalar], names: Mapping[str, Any]) -> Flow:
    """The tensors of a block's `outputs`, each a single one; raises `SpecError` (NS207)."""
    flow: list[Value] = []
    for output in outputs:
        if output.text not in names:
            raise unknown_step(output.text, names, output.span)
        found = tuple(tensors(names[output.text]))
        if len(found) != 1:
            message = f"the output `{output.text}` is {len(found)} tensors, not one"
            raise fault("NS207", message, output.span)
        flow += found
    return tuple(flow)


def unknown_step(name: str, steps: Iterable[str], span: Span) -> SpecError:
    """The fault of a `from` that names no step before it; `steps` are those that there are."""
    known = sorted(steps)
    hint = nearest(name, known)
    if hint is None and known:
        hint = "steps with a name: " + ", ".join(f"`{step}`" for step in known)
    return fault("NS207", f"no step named `{name}` before this one", span, hint=hint)
