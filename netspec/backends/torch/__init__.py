"""Programs as PyTorch: a source file as a person would write it, and that file as a module.

The lowering of an op of your own is made of `lowers`, `Lowering` and the words beside it.
"""

from netspec.backends.torch.code import Module, Operand
from netspec.backends.torch.compare import compare
from netspec.backends.torch.lowering import (
    Lowering,
    call,
    infix,
    lowers,
    operands,
    option,
    registered,
    stateless,
    value,
)
from netspec.backends.torch.module import build_module
from netspec.backends.torch.source import emit

__all__ = [
    "Lowering",
    "Module",
    "Operand",
    "build_module",
    "call",
    "compare",
    "emit",
    "infix",
    "lowers",
    "operands",
    "option",
    "registered",
    "stateless",
    "value",
]
