"""The emitter: programs as Python source."""

from netspec.backends.torch.source.emitter import emit

__all__ = ["emit"]
