"""What modules hold: other modules, parameters and buffers."""

from __future__ import annotations

from enum import Enum

from netspec.backends.torch.code import Attribute, Call, Name, Node, Subscript, Text
from netspec.backends.torch.source.names import is_attribute, is_module_attribute


class Kind(Enum):
    """What stands at a place: the dictionary of `nn.Module` that has it, the method that adds it,
    and the classes that hold a list or a dictionary of it, if there are any.
    """

    MODULE = ("_modules", "add_module", "nn.ModuleList", "nn.ModuleDict")
    PARAMETER = ("_parameters", "register_parameter", "nn.ParameterList", "nn.ParameterDict")
    BUFFER = ("_buffers", "register_buffer", "", "")

    def __init__(self, store: str, adder: str, as_list: str, as_dict: str) -> None:
        self.store, self.adder, self.as_list, self.as_dict = store, adder, as_list, as_dict


def held(module: Node, name: str, kind: Kind) -> Node:
    """What a module holds under a name: `module.name`, or what does the same."""
    if is_attribute(name):
        return Attribute(module, name)
    if is_module_attribute(name):
        return Subscript(Attribute(module, kind.store), Text((name,)))
    return Call(Name("getattr"), (module, Text((name,))))


def weight(module: Node, path: tuple[str, ...]) -> Node:
    """The weight at a path in a module."""
    for name in path[:-1]:
        module = held(module, name, Kind.MODULE)
    return held(module, path[-1], Kind.PARAMETER)
