"""The op vocabulary: one class per op, one file per family. Here: what an op is made of."""

from netspec.ops.base import Op, ShapeError, Tensors, Weight, Window, op
from netspec.tensor import Tensor

__all__ = ["Op", "ShapeError", "Tensor", "Tensors", "Weight", "Window", "op"]
