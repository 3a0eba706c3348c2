"""Ops that make one tensor of several."""

from collections import Counter
from typing import ClassVar

from netspec.ops.base import POINTWISE, Op, ShapeError, Tensors, Window, op
from netspec.ops.checks import NO_AXIS, Mismatch, axis_of, fewest, require_float
from netspec.tensor import Tensor


@op("concat", group="merge")
class Concat(Op):
    """The inputs one after the other along `axis` (0: channels; negative from the end).

    All other axes agree. FLOPs: 0.
    """

    axis: int = 0

    arity = (1, None)
    merges = True
    integers = True

    def infer(self, inputs: Tensors) -> Tensors:
        first = inputs[0]
        axis = axis_of(self, self.axis, first)
        around = [(x.shape[:axis], x.shape[axis + 1 :], len(x.shape), x.dtype) for x in inputs]
        head, tail, _, dtype = around[0]
        if any(each != around[0] for each in around):
            raise Mismatch(self, inputs, fewest(around), axis)
        return (Tensor((*head, sum(x.shape[axis] for x in inputs), *tail), dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def window(self, inputs: Tensors) -> tuple[Window, ...] | None:
        return super().window(inputs) if axis_of(self, self.axis, inputs[0]) == 0 else None


class Elementwise(Op):
    """A function of corresponding elements of equal shapes.

    A value per channel, `[C]` or `[C, 1, 1]`, broadcasts over `[C, H, W]`.
    """

    arity: ClassVar[tuple[int, int | None]] = (1, None)
    takes_one_map: ClassVar[bool] = False
    """Whether one map, `[1, H, W]`, broadcasts too."""
    merges = True

    def infer(self, inputs: Tensors) -> Tensors:
        widest = max(inputs, key=lambda x: (len(x.shape), x.elements))
        require_float(self, widest)
        if any(x != widest and not self._broadcasts(x, widest) for x in inputs):
            raise Mismatch(self, inputs, self._odd(inputs), None)
        return (widest,)

    def _odd(self, inputs: Tensors) -> list[int]:
        """The operands that do not go with what most of those with the most axes are."""
        rank = max(len(x.shape) for x in inputs)
        full = [x for x in inputs if len(x.shape) == rank]
        maps = [x for x in full if x.elements > x.shape[0]] or full
        usual, _ = Counter(maps).most_common(1)[0]
        return [k for k, x in enumerate(inputs) if x != usual and not self._broadcasts(x, usual)]

    def _broadcasts(self, x: Tensor, over: Tensor) -> bool:
        """Whether `x` holds one value per channel of `over`, or one map for all its channels."""
        per_channel = x.shape[0] == over.shape[0] and x.elements == over.shape[0]
        fits = per_channel and len(x.shape) in (1, len(over.shape))
        if self.takes_one_map and len(over.shape) > 2:
            fits = fits or x.shape == (1, *over.shape[1:])
        return fits and x.dtype == over.dtype

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return (len(inputs) - 1) * outputs[0].elements

    def window(self, inputs: Tensors) -> tuple[Window, ...]:
        return (POINTWISE,) * (max(len(x.shape) for x in inputs) - 1)


@op("sum", group="merge")
class Sum(Elementwise):
    """`x1 + x2 + ...` of equal shapes; `[C]` broadcasts over `[C, H, W]`.

    FLOPs: `n - 1` per output element for n inputs.
    """


@op("mul", group="merge")
class Mul(Elementwise):
    """`x1 * x2 * ...` of equal shapes; `[C]` and one map, `[1, H, W]`, broadcast over `[C, H, W]`.

    So channels and places are gated. FLOPs: `n - 1` per output element for n inputs.
    """

    takes_one_map = True


@op("max", group="merge")
class Max(Elementwise):
    """The largest of corresponding elements of equal shapes; `[C]` broadcasts over `[C, H, W]`.

    FLOPs: `n - 1` per output element for n inputs.
    """


@op("min", group="merge")
class Min(Elementwise):
    """The smallest of corresponding elements of equal shapes; `[C]` broadcasts over `[C, H, W]`.

    FLOPs: `n - 1` per output element for n inputs.
    """


@op("mean", group="merge")
class Mean(Elementwise):
    """`(x1 + x2 + ...) / n` of n equal shapes; `[C]` broadcasts over `[C, H, W]`.

    With `flatten`, an operand that is the unnamed result of another such mean, used nowhere else,
    gives its own operands: a mean of all, as FractalNet joins its columns.
    FLOPs: n per output element (`n - 1` adds, a division).
    """

    flatten: bool = False

    flattens = True

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return len(inputs) * outputs[0].elements


@op("sub", group="merge")
class Sub(Elementwise):
    """`x1 - x2` of equal shapes; `[C]` broadcasts over `[C, H, W]`. FLOPs: 1 per output element."""

    arity = (2, 2)


@op("div", group="merge")
class Div(Elementwise):
    """`x1 / x2` of equal shapes; `[C]` broadcasts over `[C, H, W]`. FLOPs: 1 per output element."""

    arity = (2, 2)


@op("lerp", group="merge")
class Lerp(Elementwise):
    """`x + t * (h - x)` of x, h and t, in this order: t = 0 gives x, t = 1 gives h.

    Equal shapes; `[C]` broadcasts over `[C, H, W]`. A highway layer with its gate t.
    FLOPs: 3 per output element.
    """

    arity = (3, 3)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 3 * outputs[0].elements


@op("stack", group="merge")
class Stack(Op):
    """Inputs of one shape, one after the other along a new axis.

    `axis` is its place in the output (0: before the channels; negative from the end). FLOPs: 0.
    """

    axis: int = 0

    arity = (1, None)
    merges = True
    integers = True

    def infer(self, inputs: Tensors) -> Tensors:
        first = inputs[0]
        rank = len(first.shape) + 1
        if not -rank <= self.axis < rank:
            raise ShapeError(
                "NS301", f"stack along axis {self.axis}, but its output has {rank} axes"
            )
        if any(x != first for x in inputs):
            raise Mismatch(self, inputs, fewest(inputs), NO_AXIS)
        axis = self.axis % rank
        return (Tensor((*first.shape[:axis], len(inputs), *first.shape[axis:]), first.dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def window(self, inputs: Tensors) -> None:
        return None


@op("matmul", group="merge")
class Matmul(Op):
    """The matrix product `x1 x2` over the last two axes: `[N, K]`, `[K, M]` -> `[N, M]`.

    Axes before them agree. With `transpose` it is `x1 x2^T`: `[N, K]`, `[M, K]` -> `[N, M]`.
    MACs: `K` per output element. FLOPs beside them: 0.
    """

    transpose: bool = False

    arity = (2, 2)
    merges = True

    def infer(self, inputs: Tensors) -> Tensors:
        x, y = inputs
        require_float(self, x)
        if min(len(x.shape), len(y.shape)) < 2:
            raise ShapeError("NS301", f"matmul takes matrices, not {x} and {y}")
        (*batch, rows, inner), (*other_batch, first, second) = x.shape, y.shape
        matching, columns = (second, first) if self.transpose else (first, second)
        if batch != other_batch or inner != matching or x.dtype != y.dtype:
            transposed = " transposed" if self.transpose else ""
            message = f"matmul: {x} cannot be multiplied with {y}{transposed}"
            about = [(0, len(batch) + 1), (1, len(batch) + self.transpose)]
            raise ShapeError("NS302", message, about=about if len(x.shape) == len(y.shape) else ())
        return (Tensor((*batch, rows, columns), x.dtype),)

    def macs(self, inputs: Tensors, outputs: Tensors) -> int:
        return outputs[0].elements * inputs[0].shape[-1]

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def window(self, inputs: Tensors) -> None:
        return None


@op("nothing", group="merge")
class Nothing(Op):
    """No tensor at all: a branch that is left out. FLOPs: 0."""

    arity = (1, None)
    integers = True

    def infer(self, inputs: Tensors) -> Tensors:
        return ()

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0
