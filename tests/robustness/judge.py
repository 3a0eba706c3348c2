"""Torch as the judge of shapes: a spec elaborated once more, by what torch says of every op.

In place of what an op infers stands its lowering, run by torch: its shapes are those that come out,
and it takes what torch takes. `STRICTER` says where netspec refuses on purpose what torch takes.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from math import prod
from typing import Any
from unittest.mock import patch

import torch
import torch.nn.functional as F
from torch import nn

import netspec.backends.torch.ops  # noqa: F401  (fills the table of lowerings)
from netspec.backends.torch import code
from netspec.backends.torch.lowering import Lowering, class_of, find
from netspec.ops import base
from netspec.ops.base import Op, ShapeError, Tensors
from netspec.ops.formula import Formula
from netspec.ops.linear import Linear
from netspec.ops.merge import Concat, Elementwise, Matmul, Stack
from netspec.ops.pad import CropTo, PadChannels
from netspec.ops.shape import Select
from netspec.ops.split import Pieces
from netspec.ops.unpool import MaxUnpool
from netspec.tensor import Tensor

JUDGED = {"NS301", "NS302", "NS303", "NS304"}
"""The codes of shapes that an op does not take. (NS305 to NS307 are said of arguments and of the
number of tensors, which torch does not see.)
"""
NOT_JUDGED = {MaxUnpool}
"""Ops whose lowering asks netspec for the size that it tells torch."""
BATCH = 2
REAL = 2**26
"""Up to so many elements tensors can be real."""

Said = Callable[[Any, Tensors, Tensors], bool]
STRICTER: tuple[tuple[str, Said], ...] = (
    (
        "a tensor has at least one axis, and no axis without elements",
        lambda op, inputs, outputs: any(not x.shape or 0 in x.shape for x in outputs),
    ),
    (
        "of the operands of a merge or formula each has the shape of the widest or a value per"
        " channel; torch would also repeat a single row or column",
        lambda op, inputs, outputs: (
            isinstance(op, Elementwise | Formula)
            and not all(_widest(inputs) in (x.shape, _per_channel(x, inputs)) for x in inputs)
        ),
    ),
    (
        "tensors that are joined are of one type; torch would make floats of whole numbers",
        lambda op, inputs, outputs: (
            isinstance(op, Concat | Stack) and len({x.dtype for x in inputs}) > 1
        ),
    ),
    (
        "the axes before the matrices agree; torch would also repeat a single one",
        lambda op, inputs, outputs: (
            isinstance(op, Matmul) and inputs[0].shape[:-2] != inputs[1].shape[:-2]
        ),
    ),
    (
        "`linear` is for vectors and tokens; torch would apply it to the width of maps",
        lambda op, inputs, outputs: isinstance(op, Linear) and len(inputs[0].shape) > 2,
    ),
    (
        "`pad_channels` adds channels, `crop_to` cuts borders off; torch would also do the other",
        lambda op, inputs, outputs: (
            (isinstance(op, PadChannels) and op.to < inputs[0].shape[0])
            or (isinstance(op, CropTo) and any(map(operator.gt, outputs[0].shape, inputs[0].shape)))
        ),
    ),
    (
        "positions to `select` are inside the axis; the lowering counts them modulo its length",
        lambda op, inputs, outputs: (
            isinstance(op, Select)
            and any(not -len(_along(op, inputs)) <= at < len(_along(op, inputs)) for at in _at(op))
        ),
    ),
    (
        "parts are equal, or their sizes are given; `torch.chunk` leaves a smaller one, or fewer",
        lambda op, inputs, outputs: (
            isinstance(op, Pieces)
            and getattr(op, "sizes", None) is None
            and (len(set(outputs)) > 1 or len(outputs) != getattr(op, "pieces", len(outputs)))
        ),
    ),
)
"""Where netspec is stricter than torch, and when: of an op, its inputs and torch's outputs."""


def _at(op: Select) -> tuple[int, ...]:
    return op.at if isinstance(op.at, tuple) else (op.at,)


def _along(op: Select, inputs: Tensors) -> range:
    return range(inputs[0].shape[op.axis])


def _widest(inputs: Tensors) -> tuple[int, ...]:
    return max((x.shape for x in inputs), key=lambda shape: (len(shape), prod(shape)))


def _per_channel(x: Tensor, inputs: Tensors) -> tuple[int, ...] | None:
    """The shape of the widest, if `x` is `[C]` or `[C, 1, ...]` with its channels."""
    widest = _widest(inputs)
    ones = (1,) * (len(widest) - 1)
    return widest if x.shape in (widest[:1], (*widest[:1], *ones)) else None


@contextmanager
def torch_judges(device: str = "meta") -> Iterator[None]:
    """Meanwhile every op infers what torch gives, and takes what torch takes. On the device `meta`
    that is soon found out, but some faults are overlooked; on `cpu` none is.
    """

    def infer(op: Op, inputs: Tensors) -> Tensors:
        return judged(op, inputs, device)

    classes = [cls for name in base.names() if (cls := base.find(name)) and find(cls)]
    with ExitStack() as patches:
        for cls in {*classes} - NOT_JUDGED:
            patches.enter_context(patch.object(cls, "infer", infer))
        yield


@lru_cache(maxsize=4096)
def judged(op: Op, inputs: Tensors, device: str) -> Tensors:
    """The outputs by torch's word; raises `ShapeError` where it has none, or `STRICTER` says so."""
    try:
        outputs = _typed(op, inputs, _run(op, inputs, device))
    except ShapeError:
        raise
    except Exception as error:
        raise ShapeError("NS301", f"torch refuses {op.name}: {error}") from None
    for reason, applies in STRICTER:
        if applies(op, inputs, outputs):
            raise ShapeError("NS301", reason)
    return outputs


def _run(op: Op, inputs: Tensors, device: str) -> tuple[torch.Tensor, ...]:
    lower = find(type(op))
    assert lower is not None
    lowering: Lowering = lower(op, inputs)
    weights = sum(prod(weight.shape) for weight in op.weights(inputs).values())
    if weights + sum(x.elements for x in inputs) > REAL:
        device = "meta"
    given = [
        torch.zeros(BATCH, *x.shape, dtype=getattr(torch, x.dtype), device=device) for x in inputs
    ]
    form = lowering.extras.form if lowering.extras else lowering.form
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names: dict[str, Any] = {"torch": torch, "nn": nn, "F": F, "x": given}
        if lowering.helper:
            exec(lowering.helper, names)
            assert class_of(lowering.helper) in names
        if lowering.registered:
            with torch.device(device):
                names["module"] = eval(_text(lowering.module), names)
            if isinstance(names["module"], nn.Module):
                names["module"].eval()
        result = eval(_text(form), names)
    return tuple(result) if isinstance(result, list | tuple) else (result,)


def _typed(op: Op, inputs: Tensors, results: tuple[torch.Tensor, ...]) -> Tensors:
    """The types of torch's results; indices of a pool count positions in its input."""
    outputs = []
    for result in results:
        assert result.shape[0] == BATCH
        dtype = str(result.dtype).removeprefix("torch.")
        within = inputs[0].shape[1:] if dtype == "int64" and op.extras else None
        outputs.append(Tensor(tuple(result.shape[1:]), dtype, within))
    return tuple(outputs)


def _text(node: Any) -> str:
    """A form of a lowering as Python, over `x` and `module`."""
    match node:
        case code.Name(text):
            return text
        case code.Literal(value) | code.Slot(value):
            return repr(value)
        case code.Operand(index):
            return f"x[{index}]"
        case code.Module():
            return "module"
        case code.Argument(value, keyword):
            return f"{keyword}={_text(value)}" if keyword else _text(value)
        case code.Call(function, arguments):
            return f"{_text(function)}({', '.join(map(_text, arguments))})"
        case code.Attribute(value, name):
            return f"({_text(value)}).{name}"
        case code.Subscript(value, code.Tuple(items)):
            return f"({_text(value)})[{', '.join(map(_text, items))}]"
        case code.Subscript(value, index):
            return f"({_text(value)})[{_text(index)}]"
        case code.Infix(operator, operands):
            return f"({f' {operator} '.join(map(_text, operands))})"
        case code.Negative(value):
            return f"(-{_text(value)})"
        case code.List(items):
            return f"[{', '.join(map(_text, items))}]"
        case code.Starred(value):
            return f"*{_text(value)}"
    raise TypeError(f"no form of a lowering has a {type(node).__name__}")
