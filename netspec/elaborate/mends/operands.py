"""Operands that differ: projections, gates, axes, names and channels that would make them alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from typing import Any

from netspec.elaborate.mends import picked
from netspec.elaborate.mends.arguments import mended_at, texts
from netspec.elaborate.mends.shape_fault import Fault, calls_before, fits
from netspec.elaborate.ways import Stage
from netspec.program import Value
from netspec.syntax.arithmetic import FUNCTIONS
from netspec.syntax.expression import parse_expression
from netspec.syntax.nodes import Mapping
from netspec.tensor import Tensor

PLAIN = {"kernel": 1, "padding": 0, "dilation": 1, "groups": 1}
"""What a `conv` has that changes nothing but channels."""


def other_order(fault: Fault) -> str | None:
    """One operand is the other with its axes swapped, or joins along another axis."""
    error = fault.mismatch
    x, y = (fault.flow[k].type.shape for k in error.pair)
    if len(x) == len(y) == 2 and x == y[::-1]:
        return "one is the other transposed: `permute: [1, 0]`"
    axis = getattr(fault.op, "axis", 0)
    if fault.op.name == "concat" and len(x) == len(y) == 2 and x[axis] == y[axis]:
        other = error.axes[0] - 2 if axis < 0 else error.axes[0]
        return f"`axis: {other}` joins them along the axis in which they differ"
    for operand in error.pair if len(x) == len(y) == 2 else ():
        turned = [value.type for value in fault.flow]
        turned[operand] = Tensor(turned[operand].shape[::-1], turned[operand].dtype)
        if fits(fault.op, tuple(turned)):
            return f"`permute: [1, 0]` makes {turned[operand]} of operand {operand + 1}, which fits"
    return None


def gate(fault: Fault) -> str | None:
    """A value per channel, but of another number of channels."""
    error = fault.mismatch
    if error.axes != [0]:
        return None
    for gate, maps in (error.pair, error.pair[::-1]):
        x, y = fault.flow[gate].type, fault.flow[maps].type
        if len(y.shape) < 3 or x.elements != x.shape[0] or y.elements == y.shape[0]:
            continue
        stage = fault.way(gate, 0).stated
        mended = _stated(fault, stage, fault.way(maps, 0).stated, y.shape[0]) if stage else None
        maker = f" from {fault.at(stage)}" if stage else ""
        what = mended or f"{y.shape[0]}{maker}, as many as it has channels"
        return f"one value per channel goes with {y}: {what}"
    return None


def one_map(fault: Fault) -> str | None:
    """A single map beside many channels."""
    error = fault.mismatch
    shapes = [fault.flow[k].type.shape for k in error.pair]
    if error.axes == [0] and 1 in (shapes[0][0], shapes[1][0]) and len(shapes[0]) >= 3:
        most = max(shape[0] for shape in shapes)
        return f"one map is not repeated for every channel: make {most} of it (`conv: {most}`)"
    return None


def projection(fault: Fault) -> str | None:
    """One operand is what the branches start from, and the other has changed."""
    error = fault.mismatch
    if fault.op.name == "concat" or (len(fault.flow) > 2 and not fault.site.paths):
        return None
    for kept, changed in (error.pair, error.pair[::-1]):
        if error.axes and _starts(fault.flow[kept], fault.flow[changed]):
            step = _projecting(fault, kept, changed)
            if step is not None:
                fitting = f"{step} behind operand {kept + 1} would fit"
                if fault.flow[kept] in fault.site.start:
                    fitting = f"operand {kept + 1} comes through unchanged, where {step} would fit"
                rest = " or ".join(_mended(fault)) if len(error.axes) == 1 else ""
                return f"{fitting}; or {rest}" if rest else fitting
    return None


def _projecting(fault: Fault, kept: int, changed: int) -> str | None:
    """The step that makes the shape of `changed` of that of `kept`."""
    x, y = fault.flow[kept].type.shape, fault.flow[changed].type.shape
    if len(x) != len(y):
        return None
    stated = fault.way(changed, 0).stated
    last = fault.way(changed, len(x) - 1).stated
    if x[:-1] == y[:-1] and last is not None and last.op.group == "linear":
        return f"`linear: {_written(fault, last, 'out', y[-1])}`"
    if len(x) < 3 and (stated is None or stated.op.group != "convolution"):
        return None
    steps = [-(-m // n) for m, n in zip(x[1:], y[1:], strict=True)]
    if any((m - 1) // s + 1 != n for m, n, s in zip(x[1:], y[1:], steps, strict=True)):
        return None
    out, stride = _written(fault, stated, "out", y[0]), _same(steps)
    plain = _against_defaults(fault)
    if stride == 1:
        return f"`conv: {{out: {out}{plain}}}`" if plain else f"`conv: {out}`"
    ways = [fault.way(changed, axis) for axis in range(1, len(x)) if steps[axis - 1] > 1]
    stage = next(
        (s for s in ways[0].changes if s.before == ways[0].size * steps[ways[0].axis - 1]), None
    )
    return f"`conv: {{out: {out}, stride: {_written(fault, stage, 'stride', stride)}{plain}}}`"


def _against_defaults(fault: Fault) -> str:
    """The arguments that make a `conv` a projection where the file's `defaults` say otherwise."""
    given = fault.site.context.environment.home.defaults.get("conv")
    named = {key.text for key, _ in given} if isinstance(given, Mapping) else set()
    return "".join(f", {name}: {value}" for name, value in PLAIN.items() if name in named)


def _written(fault: Fault, stage: Stage | None, argument: str, value: object) -> str:
    """The expression that the spec has for a value where it stands in the same body, does not
    speak of its input and means something at the fault too, else the value.
    """
    text = stage.call.arguments.get(argument) if stage is not None and stage.here else None
    if text is None or text.expression is None or text.value != value or "in_" in text.expression:
        return str(list(value)) if isinstance(value, tuple) else str(value)
    environment = fault.site.context.environment
    names = parse_expression(text.expression, fault.span).names
    known = all(name in environment or name in FUNCTIONS for name in names)
    return text.expression if known else str(value)


def _same(entries: Sequence[int]) -> int | tuple[int, ...]:
    return entries[0] if len(set(entries)) == 1 else tuple(entries)


def _starts(x: Value, other: Value) -> bool:
    """Whether `other` is computed from x, in the same body."""
    calls = calls_before(other)
    return x.producer in calls or (x.producer is None and any(x in call.inputs for call in calls))


def other_name(fault: Fault) -> str | None:
    """Another named tensor would fit where one was taken by its name that others read too."""
    names = fault.body.names
    named = dict(_named(names)) if fault.mismatch.axes else {}
    written = picked.names_in(fault)
    for operand, _ in fault.sides():
        taken = fault.flow[operand]
        if operand not in written or not fault.body.reads[taken]:
            continue
        for name, value in named.items():
            flow = [v.type for k, v in enumerate(fault.flow) if k != operand]
            if value in fault.flow or not fits(fault.op, (*flow, value.type)):
                continue
            if fault.trials.with_texts(picked.renamed(fault, operand, name)):
                return f"`{name}` is {value.type} and would fit in place of `{written[operand]}`"
    return None


def _named(names: AnyMapping[str, Any]) -> Iterator[tuple[str, Value]]:
    """Every tensor that `from` can reach by a name, the entries of lists by their index."""
    for name, wire in names.items():
        if isinstance(wire, Value):
            yield name, wire
        elif isinstance(wire, tuple):
            pairs = enumerate(wire)
            yield from ((f"{name}[{k}]", each) for k, each in pairs if isinstance(each, Value))


def other_out(fault: Fault) -> str | None:
    """As many channels as another operand has, for the op that states those of one."""
    return " or ".join(_mended(fault)) or None


def _mended(fault: Fault) -> list[str]:
    """The arguments with which the one would be like the other, each tried."""
    stating = _stating(fault)
    found = []
    for stage, size in stating:
        beside = next((other for other, _ in stating if other is not stage), None)
        found.append(_stated(fault, stage, beside, size))
    return list(dict.fromkeys(text for text in found if text is not None))


def _stated(fault: Fault, stage: Stage, beside: Stage | None, size: int) -> str | None:
    """Another size for the op that states it, as the spec would say it."""
    assert stage.argument is not None
    tried = (
        mended_at(fault, stage, {stage.argument: text})
        for text in texts(fault, stage, beside, size)
    )
    return next((text for text in tried if text is not None), None)


def _stating(fault: Fault) -> list[tuple[Stage, int]]:
    """The ops that state the one size in which operands differ, each with what another has; the
    ops last that both come from.
    """
    axes, found = fault.mismatch.axes, []
    for operand, other in fault.sides() if len(axes) == 1 else ():
        stage = fault.way(operand, axes[0]).stated
        if stage is not None:
            before = calls_before(fault.flow[other])
            shared = (stage.through or (stage.call,))[0] in before
            found.append((shared, stage, fault.flow[other].type.shape[axes[0]]))
    return [(stage, size) for _, stage, size in sorted(found, key=lambda each: each[0])]


def any_projection(fault: Fault) -> str | None:
    error = fault.mismatch
    if error.axes == [0] and len(fault.flow[error.wrong].type.shape) != 2:
        size = fault.flow[error.right].type.shape[0]
        name = "linear" if len(fault.flow[error.wrong].type.shape) == 1 else "conv"
        return f"a projection makes them equal: `{name}: {size}` behind operand {error.wrong + 1}"
    return None
