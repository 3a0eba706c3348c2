"""Legal input sizes: for which heights, widths and lengths a spec checks, and why not for others.

A spec is elaborated with sizes that know how they depend on the input's (`size.py`), so that one
elaboration speaks of all input sizes that take the same way through it.
"""

from netspec.sizes.words import described, with_legal_sizes

__all__ = ["described", "with_legal_sizes"]
