"""Names of tensors: what steps, inputs and outputs are called, and what `from` picks by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from netspec.diagnostics import Note, Span, SpecError, fault, nearest
from netspec.elaborate.context import Flow, kind_of
from netspec.elaborate.environment import Environment
from netspec.ops.base import Op
from netspec.program import Call, Instance, Value
from netspec.syntax.arithmetic import spelled
from netspec.syntax.expression import Expression
from netspec.syntax.spec import Block, SpecFile
from netspec.syntax.steps import Template, every_step


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


def unknown_step(
    name: str, steps: Iterable[str], span: Span, home: SpecFile | None = None
) -> SpecError:
    """The fault of a `from` that names no step before it; `steps` are those that there are, `home`
    the file that may have it elsewhere.
    """
    message = f"no step named `{name}` before this one"
    elsewhere = None if home is None else place_of_step(name, home)
    if elsewhere is not None:
        behind = "a step is known behind it, in its own body: move one of them, or take another"
        notes = [Note(f"`{name}` stands here", elsewhere)]
        return fault("NS207", message, span, notes=notes, hint=behind)
    known = sorted(steps)
    return fault("NS207", message, span, hint=meant_step(name, known) or listed_steps(known))


def meant_step(name: str, known: Sequence[str]) -> str | None:
    """A hint with the step that a name may be a slip of."""
    if any(step.rstrip("0123456789") == name for step in known):
        return f"each iteration has a name of its own; for a list of them: `name: {name}`"
    return nearest(name, known) or _containing(name, known)


def listed_steps(known: Sequence[str]) -> str | None:
    """A hint with the names that there are."""
    if not known:
        return None
    more = ", ..." if len(known) > 20 else ""
    return "steps with a name: " + ", ".join(f"`{step}`" for step in known[:20]) + more


def place_of_step(name: str, home: SpecFile) -> Span | None:
    """Where a step of the file has that name."""
    bodies = [home.body, *(block.body for block in home.blocks.values())]
    names = (step.name for body in bodies for step in every_step(body) if step.name is not None)
    return next((each.span for each in names if each.literal == name), None)


def _containing(name: str, known: Iterable[str]) -> str | None:
    """A hint with the one step whose name begins like this one, or ends so: `enc1`, `encoder1`."""
    bare, number = name.rstrip("0123456789"), name[len(name.rstrip("0123456789")) :]
    found = [k for k in known if bare and k.startswith(bare) and k.endswith(number)]
    return f"did you mean `{found[0]}`?" if len(found) == 1 else None


def picked(source: Expression, scope: Mapping[str, Any]) -> Flow:
    """The tensors that a `from` picks by the names of a scope; raises `SpecError`."""
    try:
        found = source.evaluate(scope)
    except SpecError as error:
        raise _about_tensors(error, source, scope) from None
    return tuple(_tensors(found, source))


def _tensors(found: Any, source: Expression) -> Iterator[Value]:
    if isinstance(found, tuple):
        for entry in found:
            yield from _tensors(entry, source)
    elif isinstance(found, Value):
        yield found
    else:
        what = f"`{source.text}` has {kind_of(found)} in it"
        if "," not in source.text:
            what = f"`{source.text}` is {kind_of(found)}"
        message = f"{what}, which is not the output of a step"
        hint = "`from` picks tensors, by the names of steps; numbers are arguments"
        raise fault("NS207", message, source.span, hint=hint)


def _about_tensors(error: SpecError, source: Expression, scope: Mapping[str, Any]) -> SpecError:
    """Arithmetic in a `from` fails on tensors: what is meant is an op. Of an index that is not
    there, the steps that made the list.
    """
    hint = "tensors are picked here and combined by ops: `sum` with `from: a, b`"
    notes = []
    for name in sorted(source.names & scope.keys()):
        made = scope[name] if isinstance(scope[name], tuple) else (scope[name],)
        if f"`{name}`" in error.diagnostics[0].message and made and isinstance(made[0], Value):
            call = made[0].producer
            notes += [Note(f"`{name}` is made here", call.span)] if call is not None else []
    is_arithmetic = "does not go with" in error.diagnostics[0].message
    return SpecError(
        replace(each, hint=hint if is_arithmetic else each.hint, notes=tuple(notes))
        for each in error.diagnostics
    )


UNUSABLE = frozenset({"training"})
"""Names that no module can have as its child's."""


def rendered(name: Template, environment: Environment) -> str:
    """The name with its braces evaluated; raises `SpecError` (NS208) if it is no identifier."""
    if name.literal is not None and name.literal not in UNUSABLE:
        return name.literal
    parts = [p.evaluate(environment) if isinstance(p, Expression) else p for p in name.parts]
    text = "".join(map(spelled, parts))
    if text in UNUSABLE:
        hint = "a PyTorch module keeps its mode under that name"
        raise fault("NS208", f"`{text}` cannot be the name of a module", name.span, hint=hint)
    if not text.isidentifier():
        raise fault("NS208", f"`{text}` cannot be the name of a module", name.span)
    return text
