"""netspec: a compiler for neural-network architectures.

`load` reads and checks a spec; the `Network` that it gives knows its shapes, parameters and MACs,
and becomes source code, a diagram or a module. Importing netspec never imports torch.
"""

from netspec.diagnostics import Diagnostic, SpecError
from netspec.network import Network, load
from netspec.version import VERSION as __version__

__all__ = ["Diagnostic", "Network", "SpecError", "__version__", "load"]
