"""Pools that remember positions, and samples at computed ones, written out."""

from __future__ import annotations

from itertools import product
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from netspec.tensor import Tensor as TypeOf

MAX_POOLS: Any = (F.max_pool1d, F.max_pool2d, F.max_pool3d)
ADAPTIVE_MAX_POOLS: Any = (F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d)


def max_pool(op: Any, w: object, x: Tensor) -> tuple[Tensor, Tensor]:
    arguments = (op.kernel, op.stride, op.padding, op.dilation, op.ceil)
    return _at(x, MAX_POOLS[x.dim() - 3](x, *arguments, return_indices=True)[1])


def adaptive_max_pool(op: Any, w: object, x: Tensor) -> tuple[Tensor, Tensor]:
    return _at(x, ADAPTIVE_MAX_POOLS[x.dim() - 3](x, op.size, return_indices=True)[1])


def _at(x: Tensor, indices: Tensor) -> tuple[Tensor, Tensor]:
    return x.flatten(2).gather(2, indices.flatten(2)).reshape(indices.shape), indices


def max_unpool(op: Any, w: object, x: Tensor, indices: Tensor) -> Tensor:
    shape = tuple(x.shape[1:])
    (output,) = op.infer((TypeOf(shape), TypeOf(shape, "int64")))
    zeros = torch.zeros(len(x), *output.shape, dtype=x.dtype)
    placed = zeros.flatten(2).scatter(2, indices.flatten(2), x.flatten(2))
    return placed.reshape(zeros.shape)


def grid_sample(op: Any, w: object, x: Tensor, theta: Tensor) -> Tensor:
    """Each output position, sent through theta, weighs the pixels around it."""
    sizes, axes = x.shape[2:], x.dim() - 2
    lengths = op.lengths(TypeOf(tuple(x.shape[1:])))
    centres = [(2 * torch.arange(n, dtype=x.dtype) + 1) / n - 1 for n in lengths]
    mesh = torch.meshgrid(*centres, indexing="ij")
    positions = torch.stack([*reversed(mesh), torch.ones_like(mesh[0])], -1)
    moved = torch.einsum("nij,...j->n...i", theta.reshape(len(x), axes, axes + 1), positions)
    pixels = [((moved[..., -1 - k] + 1) * n - 1) / 2 for k, n in enumerate(sizes)]
    total = torch.zeros(*x.shape[:2], *lengths, dtype=x.dtype)
    for corner in product((0, 1), repeat=axes):
        total = total + _corner(x, pixels, corner)
    return total


def _corner(x: Tensor, pixels: list[Tensor], corner: tuple[int, ...]) -> Tensor:
    """What one of the pixels around each position adds; those outside are zero."""
    weight = torch.ones_like(pixels[0])
    index = torch.zeros_like(pixels[0], dtype=torch.int64)
    for pixel, side, n in zip(pixels, corner, x.shape[2:], strict=True):
        at = pixel.floor() + side
        weight = weight * (1 - (pixel - at).abs()) * ((at >= 0) & (at < n))
        index = index * n + at.clamp(0, n - 1).long()
    picked = x.flatten(2).gather(2, index.flatten(1)[:, None].expand(-1, x.shape[1], -1))
    return picked.reshape(*x.shape[:2], *index.shape[1:]) * weight[:, None]
