"""Programs put together without the elaborator."""

from __future__ import annotations

from netspec.diagnostics import Source, Span
from netspec.ops.base import Op
from netspec.program import Call, Instance, Path, Place, Program, Value
from netspec.tensor import Tensor

SPAN = Span(Source("net.yaml", "body: [op]\n"), 1, 8, 1, 10)


def single(op: Op, *shapes: tuple[int, ...], group: Path = ()) -> Program:
    """A network of one op; in a group it stands in an `nn.Sequential`."""
    inputs = tuple(Value(Tensor(shape)) for shape in shapes)
    call = Call(op, inputs, (), Place(group, "0" if group else op.name), SPAN)
    types = op.infer(tuple(value.type for value in inputs))
    call.outputs = tuple(Value(t, call, k) for k, t in enumerate(types))
    return Program("net", Instance("net", {}, inputs, [call], call.outputs, SPAN))
