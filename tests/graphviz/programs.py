"""Programs made by hand: what the elaborator gives for networks that everyone knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from netspec.diagnostics import Source, Span
from netspec.ops.activation import ReLU
from netspec.ops.conv import Conv
from netspec.ops.linear import Linear
from netspec.ops.merge import Concat, Sum
from netspec.ops.norm import BatchNorm
from netspec.ops.base import Op
from netspec.ops.pool import AdaptiveAvgPool, AvgPool, GlobalAvgPool, MaxPool
from netspec.ops.shape import Flatten
from netspec.ops.stochastic import Dropout
from netspec.program import Argument, Call, Instance, Loop, Place, Program, Value
from netspec.tensor import Tensor

SPAN = Span(Source("by hand", ""), 1, 1, 1, 1)


class Body:
    """The calls of one instance, put down one by one; `loops` marks those that follow."""

    def __init__(self, *shapes: Sequence[int]) -> None:
        self.inputs = tuple(Value(Tensor(tuple(s)), index=k) for k, s in enumerate(shapes))
        self.calls: list[Call] = []
        self.loops: tuple[Loop, ...] = ()

    def add(
        self,
        target: Op | Instance,
        *inputs: Value,
        at: str | Place | None = None,
        count: int = 1,
        **expressions: str,
    ) -> Value:
        """A call at a dotted path (by default the op's or block's name); its first output."""
        types = tuple(value.type for value in inputs)
        name = target.block if isinstance(target, Instance) else target.name
        results = tuple(v.type for v in target.outputs) if isinstance(target, Instance) else target.infer(types)
        given = {
            key: Argument(getattr(target, key), text) for key, text in expressions.items()
        }
        call = Call(
            target, inputs, (), _place(at or name), SPAN, count, self.loops, None, given
        )
        call.outputs = tuple(Value(t, call, k) for k, t in enumerate(results))
        self.calls.append(call)
        return call.outputs[0]

    def chain(self, value: Value, *steps: tuple[str, Op | Instance]) -> Value:
        for path, target in steps:
            value = self.add(target, value, at=path)
        return value

    def instance(
        self, block: str, *outputs: Value, arguments: Mapping[str, Any] | None = None
    ) -> Instance:
        settled = {key: Argument(value) for key, value in (arguments or {}).items()}
        return Instance(block, settled, self.inputs, self.calls, outputs, SPAN)


def _place(at: str | Place) -> Place:
    if isinstance(at, Place):
        return at
    *group, stem = at.split(".")
    return Place(tuple(group), stem)


def chain(name: str, shape: Sequence[int], *steps: tuple[str, Op | Instance]) -> Program:
    body = Body(shape)
    return Program(name, body.instance(name, body.chain(body.inputs[0], *steps)))


@cache
def bottleneck(shape: tuple[int, ...], width: int, stride: int) -> Instance:
    body, bn, relu = Body(shape), BatchNorm(), ReLU()
    x = body.inputs[0]
    wide = 4 * width
    value = body.add(Conv(out=width, bias=False), x, at="conv1", out="width")
    value = body.chain(value, ("bn1", bn), ("relu1", relu))
    conv2 = Conv(out=width, kernel=3, stride=stride, padding=1, bias=False)
    value = body.add(conv2, value, at="conv2", out="width", stride="stride")
    value = body.chain(value, ("bn2", bn), ("relu2", relu))
    value = body.add(Conv(out=wide, bias=False), value, at="conv3", out="4 * width")
    value = body.add(bn, value, at="bn3")
    if stride != 1 or shape[0] != wide:
        project = Conv(out=wide, stride=stride, bias=False)
        x = body.add(project, x, at="downsample.0", out="4 * width", stride="stride")
        x = body.add(bn, x, at="downsample.1")
    value = body.add(relu, body.add(Sum(), value, x), at="relu3")
    return body.instance("bottleneck", value, arguments={"width": width, "stride": stride})


@cache
def basic_block(shape: tuple[int, ...], width: int, stride: int) -> Instance:
    body, bn, relu = Body(shape), BatchNorm(), ReLU()
    x = body.inputs[0]
    conv1 = Conv(out=width, kernel=3, stride=stride, padding=1, bias=False)
    value = body.add(conv1, x, at="conv1", out="width", stride="stride")
    value = body.chain(value, ("bn1", bn), ("relu1", relu))
    conv2 = Conv(out=width, kernel=3, padding=1, bias=False)
    value = body.add(bn, body.add(conv2, value, at="conv2", out="width"), at="bn2")
    if stride != 1 or shape[0] != width:
        project = Conv(out=width, stride=stride, bias=False)
        x = body.add(project, x, at="downsample.0", out="width", stride="stride")
        x = body.add(bn, x, at="downsample.1")
    value = body.add(relu, body.add(Sum(), value, x), at="relu2")
    return body.instance("basic_block", value, arguments={"width": width, "stride": stride})


def resnet(name: str, unit: Any, layers: Sequence[int]) -> Program:
    body = Body((3, 224, 224))
    value = body.chain(
        body.inputs[0],
        ("conv1", Conv(out=64, kernel=7, stride=2, padding=3, bias=False)),
        ("bn1", BatchNorm()),
        ("relu", ReLU()),
        ("maxpool", MaxPool(kernel=3, stride=2, padding=1)),
    )
    for stage, count in enumerate(layers):
        width, stride = 64 * 2**stage, min(stage, 1) + 1
        k = 0
        while k < count:
            target = unit(value.type.shape, width, stride if k == 0 else 1)
            again = count - k if target.outputs[0].type == value.type else 1
            body.loops = (Loop(0, stage), Loop(1, k))
            place = Place((f"layer{stage + 1}",), "", k)
            value = body.add(target, value, at=place, count=again)
            k += again
    body.loops = ()
    value = body.chain(value, ("avgpool", GlobalAvgPool()), ("fc", Linear(out=1000)))
    return Program(name, body.instance(name, value))


@cache
def dense_layer(shape: tuple[int, ...], growth: int) -> Instance:
    body, bn, relu = Body(shape), BatchNorm(), ReLU()
    value = body.chain(body.inputs[0], ("norm1", bn), ("relu1", relu))
    conv1 = Conv(out=4 * growth, bias=False)
    value = body.add(conv1, value, at="conv1", out="4 * growth")
    value = body.chain(value, ("norm2", bn), ("relu2", relu))
    conv2 = Conv(out=growth, kernel=3, padding=1, bias=False)
    return body.instance("dense_layer", body.add(conv2, value, at="conv2", out="growth"))


@cache
def dense_block(shape: tuple[int, ...], layers: int, growth: int) -> Instance:
    body = Body(shape)
    value = body.inputs[0]
    for k in range(layers):
        body.loops = (Loop(0, k),)
        new = body.add(dense_layer(value.type.shape, growth), value, at=f"denselayer{k + 1}")
        value = body.add(Concat(), value, new, at="concat")
    return body.instance("dense_block", value, arguments={"layers": layers})


@cache
def transition(shape: tuple[int, ...]) -> Instance:
    body = Body(shape)
    value = body.chain(body.inputs[0], ("norm", BatchNorm()), ("relu", ReLU()))
    halve = Conv(out=shape[0] // 2, bias=False)
    value = body.add(halve, value, at="conv", out="in_channels // 2")
    return body.instance("transition", body.add(AvgPool(kernel=2), value, at="pool"))


def densenet(name: str, layers: Sequence[int], growth: int = 32) -> Program:
    body = Body((3, 224, 224))
    value = body.chain(
        body.inputs[0],
        ("features.conv0", Conv(out=64, kernel=7, stride=2, padding=3, bias=False)),
        ("features.norm0", BatchNorm()),
        ("features.relu0", ReLU()),
        ("features.pool0", MaxPool(kernel=3, stride=2, padding=1)),
    )
    for k, count in enumerate(layers):
        body.loops = (Loop(0, k),)
        block = dense_block(value.type.shape, count, growth)
        value = body.add(block, value, at=f"features.denseblock{k + 1}")
        if k + 1 < len(layers):
            place = f"features.transition{k + 1}"
            value = body.add(transition(value.type.shape), value, at=place)
    body.loops = ()
    value = body.chain(
        value,
        ("features.norm5", BatchNorm()),
        ("relu", ReLU()),
        ("global_avg_pool", GlobalAvgPool()),
        ("classifier", Linear(out=1000)),
    )
    return Program(name, body.instance(name, value))


def vgg(name: str, convs: Sequence[int]) -> Program:
    body = Body((3, 224, 224))
    value, place = body.inputs[0], 0
    for stage, count in enumerate(convs):
        for k in range(count):
            body.loops = (Loop(0, stage), Loop(1, k))
            conv = Conv(out=min(64 * 2**stage, 512), kernel=3, padding=1)
            value = body.add(conv, value, at=f"features.{place}", out="width")
            value = body.add(ReLU(), value, at=f"features.{place + 1}")
            place += 2
        body.loops = (Loop(0, stage),)
        value = body.add(MaxPool(), value, at=f"features.{place}")
        place += 1
    body.loops = ()
    value = body.chain(
        value,
        ("avgpool", AdaptiveAvgPool(size=7)),
        ("flatten", Flatten()),
        ("classifier.0", Linear(out=4096)),
        ("classifier.1", ReLU()),
        ("classifier.2", Dropout()),
        ("classifier.3", Linear(out=4096)),
        ("classifier.4", ReLU()),
        ("classifier.5", Dropout()),
        ("classifier.6", Linear(out=1000)),
    )
    return Program(name, body.instance(name, value))
