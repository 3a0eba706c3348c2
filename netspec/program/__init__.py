"""The intermediate representation: typed instances of blocks, made of calls on values."""

from netspec.program.ir import Argument, Call, Instance, Loop, Path, Place, Program, Value

__all__ = ["Argument", "Call", "Instance", "Loop", "Path", "Place", "Program", "Value"]
