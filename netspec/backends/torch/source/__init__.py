"""The emitter: programs as Python source."""

from netspec.backends.torch.source.emit import emit

__all__ = ["emit"]
