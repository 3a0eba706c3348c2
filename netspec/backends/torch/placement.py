"""What a module's tensors are like: their device, number type and memory format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import nn

from netspec.diagnostics import SpecError, fault, nearest

Kind = TypeVar("Kind")

CHANNELS_LAST = {4: torch.channels_last, 5: torch.channels_last_3d}
"""By a tensor's number of axes. Tensors of fewer axes have no such format."""


@dataclass(frozen=True)
class Placement:
    """A device, a floating-point type and a memory format; None is torch's default."""

    device: torch.device | None = None
    dtype: torch.dtype | None = None
    memory_format: torch.memory_format | None = None

    @classmethod
    def of(cls, device: Any = None, dtype: Any = None, memory_format: Any = None) -> Placement:
        """Devices, types and formats by themselves or by torch's names for them. Raises `SpecError`
        (NS008) for what is not there, or is no type of weights.
        """
        return cls(
            None if device is None else _device(device),
            None if dtype is None else _dtype(dtype),
            None if memory_format is None else _named(memory_format, torch.memory_format),
        )

    @contextmanager
    def construction(self) -> Iterator[None]:
        """New tensors are on the device. They are of the type if that is exact enough to draw
        weights in, else of float32: half-precision uniform numbers are few.
        """
        before = torch.get_default_dtype()
        exact = self.dtype in (None, torch.float32, torch.float64)
        with nullcontext() if self.device is None else self.device:
            try:
                torch.set_default_dtype(self.dtype or before if exact else torch.float32)
                yield
            finally:
                torch.set_default_dtype(before)

    def settle(self, module: nn.Module) -> None:
        """Bring a module to the device, type and format in place; integer buffers stay integers."""
        module.to(device=self.device, dtype=self.dtype)
        for tensor in (*module.parameters(), *module.buffers()):
            tensor.data = self.arranged(tensor.data)

    def arranged(self, x: torch.Tensor) -> torch.Tensor:
        """The tensor in the memory format; channels last, of two axes or three, as it has them."""
        if self.memory_format in CHANNELS_LAST.values() and x.dim() in CHANNELS_LAST:
            return x.contiguous(memory_format=CHANNELS_LAST[x.dim()])
        return x


def _device(given: Any) -> torch.device:
    try:
        device = torch.device(given)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError, ImportError, TypeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise _missing("device", given, f"torch says: {reason}") from None
    return device


def _dtype(given: Any) -> torch.dtype:
    dtype = _named(given, torch.dtype)
    if not dtype.is_floating_point:
        raise _missing("type of weights", given, "float32, float64, bfloat16 or float16")
    return dtype


def _named(given: Any, kind: type[Kind]) -> Kind:
    """What torch has under that name; given itself if it is of that kind."""
    found = getattr(torch, given, None) if isinstance(given, str) else given
    if not isinstance(found, kind):
        known = [name for name, value in vars(torch).items() if isinstance(value, kind)]
        hint = nearest(str(given), known) or f"torch's name for it, or a `torch.{kind.__name__}`"
        raise _missing(kind.__name__.replace("_", " "), given, hint)
    return found


def _missing(what: str, given: Any, hint: str) -> SpecError:
    return fault("NS008", f"there is no {what} `{given}` here", hint=hint)
