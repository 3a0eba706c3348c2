"""Heights, widths and lengths: paddings, strides and input sizes that would make them fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from netspec.elaborate.mends.arguments import mended_at, values_called
from netspec.elaborate.mends.shape_fault import Fault, fits, stride, window_of
from netspec.elaborate.ways import Stage, Way
from netspec.ops.base import Op, ShapeError
from netspec.ops.checks import axis_name
from netspec.syntax.expression import shown

MOST_HALVINGS = 4
MOST_TRIED = 12
"""How many arguments that give the right sizes are tried out."""


def padding(fault: Fault) -> str | None:
    """Windows of stride 1 without the padding that keeps sizes."""
    spatial = [axis for axis in fault.mismatch.axes if axis]
    for operand, other in fault.sides() if spatial else ():
        wanted = fault.flow[other].type.shape[spatial[0]]
        taken = fault.way(operand, spatial[0])
        stages = list(_until(taken, wanted))
        windows = [window_of(stage) for stage in stages]
        if not stages or stages[-1].before != wanted:
            continue
        if all(
            w and w.stride == 1 and hasattr(s.op, "padding")
            for s, w in zip(stages, windows, strict=True)
        ):
            given = {stage.call.span: {"padding": _keeping(stage)} for stage in stages}
            if fault.trials.with_arguments(given):
                return f"{_paddings(fault, stages)} the size"
    return None


def _until(taken: Way, size: int) -> Iterator[Stage]:
    """The stages that changed the size, back to where it was `size`."""
    for stage in taken.changes:
        yield stage
        if stage.before == size:
            return


def _paddings(fault: Fault, stages: Sequence[Stage]) -> str:
    ops: dict[str, dict[str, None]] = {}
    for stage in reversed(stages):
        ops.setdefault(_keeping(stage), {})[fault.at(stage)] = None
    parts = [f"`padding: {padding}` for {' and '.join(those)}" for padding, those in ops.items()]
    return f"{', '.join(parts)} keeps"


def _keeping(stage: Stage) -> str:
    window = window_of(stage)
    assert window is not None
    if not window.size % 2:
        return "same"
    kernel = stage.call.arguments.get("kernel")
    if kernel is None or kernel.expression is None or kernel.value != window.size:
        return str(window.size // 2)
    text = kernel.expression
    return f"{text} // 2" if text.isidentifier() else f"({text}) // 2"


def rounding(fault: Fault) -> str | None:
    """Maps of an odd size are halved, and doubled again."""
    error = fault.mismatch
    for operand in error.pair:
        for axis in filter(None, error.axes):
            taken = fault.way(operand, axis)
            up = taken.maker
            if up is None or up.before is None or up.before > up.size:
                continue
            for stage in taken.changes[1:]:
                by = stride(stage)
                if stage.before is not None and by > 1 and stage.before % by:
                    many = _tried_multiple(fault, taken)
                    if many is not None:
                        return (
                            f"{fault.at(stage)} makes {stage.size} of {stage.before}, and "
                            f"`{up.op.name}` {up.size} of {up.before}: sizes that are multiples "
                            f"of {many} go through"
                        )
    return None


def _tried_multiple(fault: Fault, taken: Way) -> int | None:
    """The multiple, or a few times it, where there is more on the way than to here."""
    many = _multiple(taken)
    found = [many * 2**k for k in range(MOST_HALVINGS)] if many is not None else []
    return next((many for many in found if _goes_through(fault, taken, many)), None)


def _goes_through(fault: Fault, taken: Way, many: int) -> bool:
    """Whether the spec checks with an input of such sizes: the nearest that are not smaller, and
    the next.
    """
    assert taken.source is not None
    shape, name = taken.source.type.shape, fault.input_name(taken.source)
    nearest = [-(-size // many) * many for size in shape[1:]]
    return all(
        fault.trials.with_inputs({name: (shape[0], *(size + more for size in nearest))})
        for more in (0, many)
    )


def _multiple(taken: Way) -> int | None:
    """Of what the network's input is to be a multiple, where strides are all that makes sizes
    smaller on the way to it.
    """
    many = 1
    for stage in taken.changes:
        if stage.before is None or stage.before < stage.size:
            continue
        if stride(stage) == 1 or stage.size not in (
            stage.before // stride(stage),
            -(-stage.before // stride(stage)),
        ):
            return None
        many *= stride(stage)
    return many if taken.source is not None else None


def _tried(op: Op) -> Iterator[dict[str, Any]]:
    """Other arguments that may mend sizes which differ, the likeliest first."""
    fields, stride = type(op).model_fields, getattr(op, "stride", None)
    if "padding" in fields:
        yield from ({"padding": k} for k in range(8))
    if "stride" in fields:
        yield from ({"stride": 1, "padding": k} for k in range(1, 8) if stride != 1)
        yield from ({"stride": k} for k in range(2, 9))
    for name, values in (("output_padding", range(1, 4)), ("by", range(1, 9)), ("ceil", [True])):
        yield from ({name: value} for value in values if name in fields)
    kernel = getattr(op, "kernel", None)
    if isinstance(kernel, int) and op.group != "pooling":
        yield from ({"kernel": k} for k in (kernel - 1, kernel + 1) if k)
    if "output_padding" in fields:
        yield from ({"padding": k, "output_padding": 1} for k in range(1, 4))
    if "stride" in fields:
        yield {"stride": 1}


def other_argument(fault: Fault) -> str | None:
    """Other arguments of the op that made the sizes of one operand, with which they are the
    other's and the spec checks.
    """
    axes = fault.mismatch.axes
    if 0 in axes or not axes:
        return None
    found: list[tuple[int, Stage, dict[str, Any]]] = []
    for operand, other in fault.sides():
        wanted = fault.flow[other].type.shape[1:]
        for stage in fault.way(operand, axes[0]).to_maker:
            for rank, arguments in enumerate(_tried(stage.op)):
                if _shape_with(stage, arguments)[1:] == wanted:
                    found.append((rank, stage, arguments))
    for _, stage, arguments in sorted(found, key=lambda each: each[0])[:MOST_TRIED]:
        given = {name: shown(value) for name, value in arguments.items()}
        mended = mended_at(fault, stage, given)
        if mended is not None:
            sizes = " x ".join(map(str, _shape_with(stage, arguments)[1:]))
            return f"{mended} gives {sizes}"
    return None


def _shape_with(stage: Stage, arguments: dict[str, Any]) -> tuple[int, ...]:
    """The shape of what an op would give with other arguments; empty where it cannot be."""
    op = stage.op.model_copy(update=arguments)
    try:
        return op.infer(tuple([each.type for each in stage.call.inputs]))[0].shape
    except ShapeError:
        return ()


def other_factor(fault: Fault) -> str | None:
    """A pooling and an upsampling of different factors."""
    for operand in fault.mismatch.pair if any(fault.mismatch.axes) else ():
        changes = fault.way(operand, max(fault.mismatch.axes)).changes
        up = next((stage for stage in changes if (stage.before or stage.size) < stage.size), None)
        if up is None or not up.before or up.size % up.before:
            continue
        by, downs = up.size // up.before, {each.call.span: each for each in changes}
        others = [
            (span, down)
            for span, down in downs.items()
            if down.op.group == "pooling" and stride(down) not in (1, by)
        ]
        for span, down in others:
            if fault.trials.with_arguments({span: {"kernel": str(by), "stride": None}}):
                return f"`{down.op.name}: {by}` at {fault.where(span)} fits {fault.at(up)}"
    return None


def strides(fault: Fault) -> str | None:
    axes = fault.mismatch.axes
    if any(axes) and len(fault.flow[0].type.shape) > 2:
        return "operands need the same strides and paddings on their way here"
    return None


def fitting(fault: Fault) -> str | None:
    """A padding that keeps the size, the whole map as the window, or a larger input."""
    if fault.error.code != "NS303" or not fault.error.about:
        return None
    (_, axis), x = fault.error.about[0], fault.flow[0].type
    parts = []
    if fault.op.name in ("avg_pool", "max_pool"):
        parts.append(f"`global_{fault.op.name}` takes maps of any size")
    elif fault.op.name == "conv":
        parts += _conv_padding(fault)
    least = _least(fault, axis)
    name = axis_name(len(x.shape), axis)
    if least is not None and _is_enough(fault, axis, least):
        parts.append(f"the network's input needs a {name} of {least} or more")
    elif least is not None:
        doubled = (least * 2**k for k in range(1, MOST_HALVINGS))
        enough = next((size for size in doubled if _is_enough(fault, axis, size)), None)
        parts += [f"a {name} of {enough} of the network's input is enough"] if enough else []
    return "; ".join(parts) or "a smaller kernel, more padding or a larger network input"


def _conv_padding(fault: Fault) -> list[str]:
    x = fault.flow[0].type
    windows = fault.op.window((x,))
    assert windows is not None
    padding = windows[0].size // 2
    op = fault.op.model_copy(update={"padding": padding})
    if not fits(op, (x,)) or op.infer((x,))[0].shape[1:] != x.shape[1:]:
        return []
    for text in (*values_called(fault, padding), str(padding)):
        if fault.trials.with_arguments({fault.span: {"padding": text}}):
            return [f"`padding: {text}` keeps maps as large as they are"]
    return []


def _is_enough(fault: Fault, axis: int, least: int) -> bool:
    """Whether the spec checks with an input of that size."""
    source = fault.way(0, axis).source
    assert source is not None
    shape = tuple([max(n, least) if k else n for k, n in enumerate(source.type.shape)])
    return fault.trials.with_inputs({fault.input_name(source): shape})


def _least(fault: Fault, axis: int) -> int | None:
    """The smallest size of the network's input that leaves enough for the window."""
    windows = fault.op.window(tuple([value.type for value in fault.flow]))
    if not windows:
        return None
    need = windows[axis - 1].size - 2 * windows[axis - 1].before
    taken = fault.way(0, axis)
    for stage in taken.stages:
        window = window_of(stage)
        if stage.before is None or (window is None and stage.before != stage.size):
            return None
        if window is not None:
            need = (need - 1) * window.stride + window.size - 2 * window.before
    return need if taken.source is not None else None
