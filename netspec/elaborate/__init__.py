"""Names, parameters, loops and recursion settled: a spec file becomes a program."""

from netspec.elaborate.elaborator import elaborate

__all__ = ["elaborate"]
