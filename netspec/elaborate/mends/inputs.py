"""Inputs that an op does not take: of another kind or number, or in parts that do not divide."""

from __future__ import annotations

from collections.abc import Callable
from math import isqrt, prod

from netspec.elaborate.mends.shape_fault import Fault, fits
from netspec.ops.checks import Undivided
from netspec.ops.conv import Conv
from netspec.ops.merge import Matmul
from netspec.ops.shape import Reshape, Select
from netspec.ops.split import Split
from netspec.syntax.expression import shown
from netspec.tensor import Tensor

MOST_COLOURS = 4
MOST_DIVISORS = 10_000
"""The largest divisor that is looked for by trying."""


def shape_of_input(fault: Fault) -> str | None:
    """The batch written as the first size, or the channels as the last."""
    for value in [value for value in fault.around.inputs if len(value.type.shape) > 2]:
        shape, name = value.type.shape, fault.input_name(value)
        if len(shape) == 4 and fault.trials.with_inputs({name: shape[1:]}):
            return f"the batch is not written: `{name or 'input'}: {list(shape[1:])}`"
        turned = (shape[-1], *shape[:-1])
        if shape[-1] <= MOST_COLOURS < shape[0] and fault.trials.with_inputs({name: turned}):
            return f"the channels stand first: `{name or 'input'}: {list(turned)}`"
    return None


def torch_order(fault: Fault) -> str | None:
    """Arguments in the order of `nn.Conv2d`, the channels of the input first."""
    op, given = fault.op, fault.site.arguments.keys()
    if not isinstance(op, Conv) or not {"out", "kernel", "stride"} <= given:
        return None
    shifted = {"out": op.kernel, "kernel": op.stride, "stride": op.padding or 1, "padding": 0}
    if not fault.trials.with_arguments({fault.span: {k: shown(v) for k, v in shifted.items()}}):
        return None
    return "the order is `out`, `kernel`, `stride`, `padding`: without the channels of the input"


def divisors(fault: Fault) -> str | None:
    """The divisors next to the one that was asked for, and the sizes that it would divide."""
    error = fault.error
    assert isinstance(error, Undivided)
    multiple = error.size // error.by * error.by or error.by
    multiples = f"{error.by} divides {multiple} and {multiple + error.by}"
    if fault.op.name == "pixel_shuffle":
        return multiples
    dividing = _divisors(error.size)
    below = max((k for k in dividing if k < min(error.by, error.size)), default=1)
    near = next((k for k in dividing if k > error.by), error.size)
    return f"{error.size} divides by {below} and {near}; {multiples}"


def _divisors(number: int) -> list[int]:
    """Those up to `MOST_DIVISORS`, and their counterparts."""
    small = [k for k in range(1, min(isqrt(number), MOST_DIVISORS) + 1) if number % k == 0]
    return sorted({*small, *(number // k for k in small)})


def number(fault: Fault) -> str | None:
    """Too many tensors, or too few."""
    if fault.error.code != "NS306":
        return None
    if not fault.flow:
        return "every branch of it was left out: keep one, or leave out the merge by `when`"
    fewest, most = fault.op.arity
    if len(fault.flow) < fewest:
        names = ", ".join("abc"[:fewest])
        return f"`from: {names}` beside it names the steps whose outputs it takes"
    if most == 1:
        return _one_of(fault)
    return f"`from` beside it picks {most} of them"


def _one_of(fault: Fault) -> str:
    """How one tensor is made of those that an op is given."""
    origin, given = fault.site.origin, len(fault.flow)
    if fault.body.unmerged.get(tuple(fault.flow)) is not None:
        return "`merge: concat` or `merge: sum` beside the branches makes one tensor of them"
    if origin is not None:
        return f"`from` picks {given} tensors: one is enough, or a `concat` or `sum` before it"
    names = [value.name for value in fault.flow if value.producer is None and value.name]
    first = names[0] if len(names) == given else "_[0]"
    return f"`from: {first}` beside it takes the first; `concat` or `sum` makes one of them"


def by_op(fault: Fault) -> str | None:
    hint = BY_OP.get(fault.op.name)
    return hint(fault) if hint is not None and fault.error.code == "NS301" else None


def _vector(fault: Fault) -> str | None:
    x = fault.flow[0].type
    if len(x.shape) < 3:
        return None
    return (
        f"`flatten` makes a vector of {x.elements} of it, `global_avg_pool` one of {x.shape[0]}, "
        f"a `conv` works on maps"
    )


def _maps(fault: Fault) -> str | None:
    x = fault.flow[0].type
    if len(x.shape) != 1:
        return None
    return f"`linear` takes a vector; `reshape: [{x.shape[0]}, 1, 1]` makes maps of it"


def _tokens(fault: Fault) -> str | None:
    x = fault.flow[0].type
    if len(x.shape) < 3:
        return None
    channels, tokens = x.shape[0], x.elements // x.shape[0]
    steps = f"`reshape: [{channels}, -1]` and `permute: [1, 0]`"
    return f"{steps} make tokens of maps: {Tensor((tokens, channels))}"


def _rest(fault: Fault) -> str | None:
    """One size of a `reshape` left open."""
    assert isinstance(fault.op, Reshape)
    shape, elements = fault.op.shape, fault.flow[0].type.elements
    for k in range(len(shape)):
        others = prod(size for n, size in enumerate(shape) if n != k)
        if -1 not in (*shape[:k], *shape[k + 1 :]) and elements % others == 0:
            opened = Tensor((*shape[:k], -1, *shape[k + 1 :]))
            if fault.trials.with_arguments({fault.span: {"shape": str(opened)}}):
                given = Tensor((*shape[:k], elements // others, *shape[k + 1 :]))
                return f"`{opened}` gives {given}"
    return None


def _indices(fault: Fault) -> str | None:
    x = fault.flow[0].type
    is_input = fault.way(0, 0).stages == ()
    where = "an input of indices is written" if is_input else "indices come from"
    return f"{where} `inputs: {{words: {{shape: {x}, dtype: int64}}}}`"


def _positions(fault: Fault) -> str | None:
    assert isinstance(fault.op, Select)
    axis, shape = fault.op.axis, fault.flow[0].type.shape
    if not -len(shape) <= axis < len(shape):
        return f"the axes are 0 to {len(shape) - 1}, or -1 to {-len(shape)} from the end"
    return f"positions are 0 to {shape[axis] - 1}, or -1 to {-shape[axis]} from the end"


def _split(fault: Fault) -> str | None:
    assert isinstance(fault.op, Split)
    sizes, axis = fault.op.sizes, fault.op.axis
    shape = fault.flow[0].type.shape
    if sizes is None or not -len(shape) <= axis < len(shape):
        return None
    left = shape[axis] - sum(sizes[:-1])
    return f"`sizes: {[*sizes[:-1], left]}` fits" if left > 0 else None


def transposed(fault: Fault) -> str | None:
    """A product that works with the second matrix transposed, or not transposed."""
    if not isinstance(fault.op, Matmul):
        return None
    turned = not fault.op.transpose
    op = fault.op.model_copy(update={"transpose": turned})
    if not fits(op, tuple([value.type for value in fault.flow])):
        return None
    return f"`transpose: {str(turned).lower()}` would fit"


BY_OP: dict[str, Callable[[Fault], str | None]] = {
    "linear": _vector,
    "rbf": _vector,
    "conv": _maps,
    "conv_transpose": _maps,
    "max_pool": _maps,
    "avg_pool": _maps,
    "global_avg_pool": _maps,
    "attention": _tokens,
    "reshape": _rest,
    "embedding": _indices,
    "select": _positions,
    "split": _split,
}
"""By the op, what would make its input one that it takes."""
