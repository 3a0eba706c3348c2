"""Ops that make several tensors of one."""

from typing import Any

from pydantic import ValidationInfo, field_validator

from netspec.ops.base import Op, ShapeError, Tensors, Window, op
from netspec.ops.checks import Undivided, axis_of
from netspec.ops.fields import Dimensions, Positive
from netspec.tensor import Tensor

MAX_PIECES = 4096


class Pieces(Op):
    """An op that cuts one axis (0: channels; negative from the end)."""

    integers = True

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def require_few(self, pieces: int) -> None:
        if pieces > MAX_PIECES:
            raise ShapeError("NS301", f"{self.name} into {pieces} tensors; at most {MAX_PIECES}")


@op("split", group="shape")
class Split(Pieces):
    """The parts of `axis`, one after the other: `parts` equal ones, or parts of these `sizes`.

    Axis 0 is the channels; negative axes count from the end: `[2 C, H, W]` -> two of `[C, H, W]`.
    All of them continue. FLOPs: 0.
    """

    parts: Positive | None = None
    sizes: Dimensions | None = None
    axis: int = 0

    @field_validator("sizes")
    @classmethod
    def _instead_of_parts(cls, sizes: Any, info: ValidationInfo) -> Any:
        if info.data.get("parts") is not None:
            raise ValueError("cannot be given beside `parts`")
        return sizes

    @property
    def pieces(self) -> int:
        """How many tensors it gives; 2 where nothing is said."""
        return len(self.sizes) if self.sizes is not None else self.parts or 2

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        axis = axis_of(self, self.axis, x)
        before, after = x.shape[:axis], x.shape[axis + 1 :]
        self.require_few(self.pieces)
        return tuple(
            Tensor((*before, size, *after), x.dtype) for size in self._sizes(x, x.shape[axis])
        )

    def window(self, inputs: Tensors) -> tuple[Window, ...] | None:
        return super().window(inputs) if axis_of(self, self.axis, inputs[0]) == 0 else None

    def _sizes(self, x: Tensor, size: int) -> tuple[int, ...]:
        if self.sizes is None:
            if size % self.pieces:
                axis = self.axis % len(x.shape)
                raise Undivided(size, f"of {x}", self.pieces, f"{self.pieces} parts", axis)
            return (size // self.pieces,) * self.pieces
        if sum(self.sizes) != size:
            total = " + ".join(map(str, self.sizes))
            raise ShapeError(
                "NS301",
                f"split into {total} = {sum(self.sizes)}, but axis {self.axis} of {x} has {size}",
                about=[(0, self.axis % len(x.shape))],
            )
        return self.sizes


@op("unstack", group="shape")
class Unstack(Pieces):
    """What is at each position of `axis`, which goes: `[N, C, H, W]` -> N of `[C, H, W]`.

    Negative axes count from the end. All tensors continue. FLOPs: 0.
    """

    axis: int = 0

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        axis = axis_of(self, self.axis, x)
        shape = (*x.shape[:axis], *x.shape[axis + 1 :])
        if not shape:
            raise ShapeError("NS301", f"unstack leaves no axis of {x}", hint="`split` keeps it")
        self.require_few(x.shape[axis])
        return (Tensor(shape, x.dtype),) * x.shape[axis]

    def window(self, inputs: Tensors) -> None:
        return None
