"""Legal input sizes: for which heights, widths and lengths a spec checks, and why not for others.

A spec is elaborated with sizes that know how they depend on the input's (`size.py`), so that one
elaboration speaks of all input sizes that take the same way through it. Params are followed in the
same way, to see whether other values of them make another network (`steering.py`).
"""

from netspec.sizes.steering import steers
from netspec.sizes.words import described, with_legal_sizes

__all__ = ["described", "steers", "with_legal_sizes"]
