"""Programs as PyTorch: a source file as a person would write it, and that file as a module."""

from netspec.backends.torch.compare import compare
from netspec.backends.torch.lowering import Lowering, lowers
from netspec.backends.torch.module import build_module
from netspec.backends.torch.source import emit

__all__ = ["Lowering", "build_module", "compare", "emit", "lowers"]
