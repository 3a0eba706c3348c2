"""Ops that move elements and compute nothing."""

from math import prod
from typing import Annotated

from pydantic import PlainValidator

from netspec.ops.base import Op, ShapeError, Tensors, Window, op
from netspec.ops.checks import Undivided, axis_of, spatial_sizes
from netspec.ops.fields import MAX_SIZE, Positive, is_whole
from netspec.tensor import Tensor


def lengths(value: object) -> object:
    """A list of whole numbers of at least 1, of which one may be -1."""
    entries = value if isinstance(value, tuple) else ()
    known = [entry for entry in entries if entry != -1]
    whole = all(is_whole(entry) and 1 <= entry <= MAX_SIZE for entry in known)
    if not entries or len(entries) - len(known) > 1 or not whole:
        raise ValueError("must be a list of whole numbers of at least 1, of which one may be -1")
    return value


def axes_order(value: object) -> object:
    """A permutation of 0, 1, ..., as a list."""
    if not isinstance(value, tuple) or not value or {*value} != {*range(len(value))}:
        raise ValueError("must be a list that has each axis once, counted from 0")
    return value


def positions(value: object) -> object:
    """A whole number, or a list of at least one."""
    entries = value if isinstance(value, tuple) and value else (value,)
    if not all(is_whole(entry) for entry in entries):
        raise ValueError("must be a whole number or a list of them")
    return value


@op("identity", group="shape")
class Identity(Op):
    """Its inputs, all of them. FLOPs: 0."""

    arity = (1, None)
    integers = True

    def infer(self, inputs: Tensors) -> Tensors:
        return inputs

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0


@op("flatten", group="shape")
class Flatten(Op):
    """All elements in one axis: `[C, H, W]` -> `[C * H * W]`. FLOPs: 0."""

    integers = True

    def infer(self, inputs: Tensors) -> Tensors:
        return (Tensor((inputs[0].elements,), inputs[0].dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def window(self, inputs: Tensors) -> None:
        return None


@op("reshape", group="shape")
class Reshape(Op):
    """The same elements in the same order, in another shape; a size of -1 follows from the others.

    FLOPs: 0.
    """

    shape: Annotated[tuple[int, ...], PlainValidator(lengths)]

    integers = True

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        known = prod(size for size in self.shape if size != -1)
        if x.elements % known if -1 in self.shape else x.elements != known:
            raise ShapeError(
                "NS301",
                f"reshape to {Tensor(self.shape)}, but {x} has {x.elements} elements",
            )
        shape = tuple(x.elements // known if size == -1 else size for size in self.shape)
        return (Tensor(shape, x.dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def window(self, inputs: Tensors) -> None:
        return None


@op("permute", group="shape")
class Permute(Op):
    """The axes in another order: axis k of the output is axis `order[k]` of the input.

    Axis 0 is the channels; `order: [1, 0]` makes tokens `[L, C]` of `[C, L]`. FLOPs: 0.
    """

    order: Annotated[tuple[int, ...], PlainValidator(axes_order)]

    integers = True

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        if len(self.order) != len(x.shape):
            raise ShapeError(
                "NS301", f"`order` of permute has {len(self.order)} axes; {x} has {len(x.shape)}"
            )
        return (Tensor(tuple(x.shape[axis] for axis in self.order), x.dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def window(self, inputs: Tensors) -> None:
        return None


@op("select", group="shape")
class Select(Op):
    """The elements at one position of `axis`, which goes; or at a list of them, in its order.

    Axis 0 is the channels; axes and positions count from the end where negative. FLOPs: 0.
    """

    at: Annotated[int | tuple[int, ...], PlainValidator(positions)]
    axis: int = 0

    integers = True

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        axis = axis_of(self, self.axis, x)
        kept = (len(self.at),) if isinstance(self.at, tuple) else ()
        shape = (*x.shape[:axis], *kept, *x.shape[axis + 1 :])
        if not shape:
            raise ShapeError("NS301", f"select leaves no axis of {x}", hint="`at: [0]` keeps it")
        self._require_inside(x, x.shape[axis])
        return (Tensor(shape, x.dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def window(self, inputs: Tensors) -> tuple[Window, ...] | None:
        of_channels = axis_of(self, self.axis, inputs[0]) == 0 and isinstance(self.at, tuple)
        return super().window(inputs) if of_channels else None

    def _require_inside(self, x: Tensor, size: int) -> None:
        for at in self.at if isinstance(self.at, tuple) else (self.at,):
            if not -size <= at < size:
                raise ShapeError(
                    "NS301",
                    f"select at {at}, but axis {self.axis} of {x} has {size} positions",
                    about=[(0, self.axis % len(x.shape))],
                )


@op("channel_shuffle", group="shape")
class ChannelShuffle(Op):
    """The channels of `groups` groups taken in turn: the first of each, then the second of each.

    `[C, L]`, `[C, H, W]`, `[C, D, H, W]` (Zhang et al. 2018). FLOPs: 0.
    """

    groups: Positive

    def infer(self, inputs: Tensors) -> Tensors:
        spatial_sizes(self, inputs[0])
        channels = inputs[0].shape[0]
        if channels % self.groups:
            raise Undivided(channels, "channels", self.groups, f"{self.groups} groups")
        return inputs

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0
