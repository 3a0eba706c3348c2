"""The inputs and outputs of a network."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from netspec.diagnostics import Source, Span, fault, nearest
from netspec.elaborate.context import Flow
from netspec.elaborate.environment import Environment
from netspec.ops.fields import MAX_SIZE
from netspec.program import Instance, Value
from netspec.syntax.expression import parse_expression
from netspec.syntax.nodes import Node, Scalar, Sequence
from netspec.syntax.spec import Input, SpecFile
from netspec.tensor import MAX_ELEMENTS, Tensor


def start(file: SpecFile) -> Span:
    """The first character of a file."""
    return Span(file.source, 1, 1, 1, 2)


def input_span(file: SpecFile) -> Span:
    """Where the shape of the first input stands."""
    return _size(file, file.inputs[0]).span


def input_spans(file: SpecFile) -> list[Span]:
    """Where the shapes of the inputs stand."""
    return [_size(file, each).span for each in file.inputs]


_NOWHERE = Span(Source("the input", ""), 1, 1, 1, 1)


def shape_node(shape: Iterable[int]) -> Node:
    """A shape from outside, as it would be written."""
    entries: list[Node] = []
    for length in shape:
        entry = Scalar("", _NOWHERE)
        entry.value = length
        entries.append(entry)
    return Sequence(entries, _NOWHERE)


def network_inputs(file: SpecFile, environment: Environment) -> Flow:
    """The tensors that a file's body starts from; raises `SpecError` where it has none."""
    if not file.inputs:
        message = "this file has no `input`: it is a library of blocks, not a network"
        raise fault("NS205", message, start(file))
    _require_known(file)
    return tuple(_tensor(each, _size(file, each), environment) for each in file.inputs)


def _require_known(file: SpecFile) -> None:
    """Shapes from outside are for inputs that there are."""
    names = [each.name for each in file.inputs if each.name]
    for name in file.sizes:
        if name in names or (name is None and len(file.inputs) == 1):
            continue
        listed = ", ".join(names)
        if name is None:
            message, first = f"the spec has several inputs: {listed}", names[0]
            raise fault("NS003", message, hint=f"name one: `{first}=...`")
        hint = nearest(name, names) or (f"it has {listed}" if names else None)
        raise fault("NS003", f"the spec has no input `{name}`", hint=hint)


def _size(file: SpecFile, given: Input) -> Node:
    only = file.sizes.get(None) if len(file.inputs) == 1 else None
    return file.sizes.get(given.name) or only or given.shape


def _tensor(given: Input, shape: Node, environment: Environment) -> Value:
    assert isinstance(shape, Sequence)
    sizes = [_evaluated(item, environment) for item in shape.items]
    for item, size in zip(shape.items, sizes, strict=True):
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            message = f"a size of an input is a whole number of at least 1, not {size}"
            raise fault("NS204", message, item.span)
        if size > MAX_SIZE:
            raise fault("NS204", f"a size is at most {MAX_SIZE}, not {size}", item.span)
    tensor = Tensor(tuple(sizes), given.dtype)
    if tensor.elements > MAX_ELEMENTS:
        raise fault("NS402", f"a tensor of more than {MAX_ELEMENTS} elements", shape.span)
    return Value(tensor, name=given.name or "x")


def _evaluated(item: Node, environment: Environment) -> Any:
    if isinstance(item, Scalar) and isinstance(item.value, str):
        return parse_expression(item.text, item.span).evaluate(environment)
    return item.value if isinstance(item, Scalar) else "a list"


def mark_train_only(root: Instance, late: frozenset[str]) -> None:
    """Mark the calls that are needed for nothing but the outputs of training."""
    if not late:
        return
    named = list(zip(root.output_names, root.outputs, strict=True))
    in_training = _reaching(root, [value for name, value in named if name in late])
    always = _reaching(root, [value for name, value in named if name not in late])
    for call in root.calls:
        behind = any(value.producer and value.producer.train_only for value in call.inputs)
        call.train_only = call not in always and (call in in_training or behind)


def _reaching(root: Instance, outputs: list[Value]) -> set[Any]:
    """The calls that the values are computed by."""
    found = set()
    pending = list(outputs)
    while pending:
        call = pending.pop().producer
        if call is not None and call not in found:
            found.add(call)
            pending += call.inputs
    return found
