"""Programs put together without the elaborator."""

from __future__ import annotations

from collections.abc import Sequence

from netspec.diagnostics import Source, Span
from netspec.ops.base import Op
from netspec.program import Call, Instance, Loop, Path, Place, Program, Value
from netspec.tensor import Tensor

SPAN = Span(Source("net.yaml", "body: [op]\n"), 1, 8, 1, 10)


class Body:
    """The calls of an instance, one after the other."""

    def __init__(self, *inputs: Sequence[int] | Tensor) -> None:
        types = (x if isinstance(x, Tensor) else Tensor(tuple(x)) for x in inputs)
        self.inputs = tuple(map(Value, types))
        self.calls: list[Call] = []

    def call(
        self,
        target: Op | Instance,
        *inputs: Value,
        name: str | None = None,
        group: Path = (),
        loops: tuple[Loop, ...] = (),
    ) -> tuple[Value, ...]:
        """The outputs of one more call, at `group + (name,)`."""
        if isinstance(target, Instance):
            results, own_name = tuple(value.type for value in target.outputs), target.block
        else:
            results, own_name = target.infer(tuple(v.type for v in inputs)), target.name
        call = Call(target, inputs, (), Place(group, name or own_name), SPAN, loops=loops)
        call.outputs = tuple(Value(t, call, k) for k, t in enumerate(results))
        self.calls.append(call)
        return call.outputs

    def instance(self, block: str, *outputs: Value) -> Instance:
        return Instance(block, {}, self.inputs, self.calls, outputs, SPAN)

    def program(self, *outputs: Value) -> Program:
        return Program("net", self.instance("net", *outputs))


def single(op: Op, *inputs: tuple[int, ...] | Tensor, group: Path = ()) -> Program:
    """A network of one op without its extra outputs; in a group it stands in an `nn.Sequential`."""
    body = Body(*inputs)
    outputs = body.call(op, *body.inputs, name="0" if group else None, group=group)
    body.calls[0].outputs = outputs[: len(outputs) - len(op.extras)]
    return body.program(*body.calls[0].outputs)
