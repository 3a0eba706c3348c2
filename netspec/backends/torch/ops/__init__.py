"""The table of lowerings, one file per family of ops; importing it fills the table."""

from netspec.backends.torch.ops import (
    activation,
    affine,
    arithmetic,
    attention,
    conv,
    conv_transpose,
    embedding,
    formula,
    grid,
    join,
    linear,
    merge,
    norm,
    pad,
    parameter,
    pool,
    resize,
    shape,
    split,
    stochastic,
    unpool,
)
from netspec.ops.base import Op
from netspec.ops.merge import Nothing
from netspec.ops.shape import Identity

NEVER_CALLED: frozenset[type[Op]] = frozenset({Identity, Nothing})
"""Ops that only steer values; no program calls them."""

__all__ = [
    "NEVER_CALLED",
    "activation",
    "affine",
    "arithmetic",
    "attention",
    "conv",
    "conv_transpose",
    "embedding",
    "formula",
    "grid",
    "join",
    "linear",
    "merge",
    "norm",
    "pad",
    "parameter",
    "pool",
    "resize",
    "shape",
    "split",
    "stochastic",
    "unpool",
]
