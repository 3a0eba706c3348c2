"""The emitter: a program as the source of a Python module that imports torch only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from netspec.analysis.cost import Cost
from netspec.backends.torch import ops as _table  # noqa: F401  (fills the table of lowerings)
from netspec.backends.torch.code import Call, Name, Node
from netspec.backends.torch.lowering import Lowering
from netspec.backends.torch.source import docstrings
from netspec.backends.torch.source.classes import Class, ConstructorParameter
from netspec.backends.torch.source.forward import forward
from netspec.backends.torch.source.layout import lines, literal
from netspec.backends.torch.source.prose import wrapped
from netspec.backends.torch.source.references import References
from netspec.backends.torch.source.registration import local_variables, own_parameter, registrations
from netspec.backends.torch.source.resolve import plain
from netspec.backends.torch.source.sharing import classes_of
from netspec.backends.torch.source.steps import Step
from netspec.backends.torch.source.titles import name_classes
from netspec.backends.torch.source.units import WHOLE, Chain, Item, units
from netspec.backends.torch.source.wrapping import INDENT
from netspec.program import Program

TENSOR = "torch.Tensor"
BODY = " " * INDENT * 2


def emit(program: Program, cost: Cost) -> str:
    """The program as Python source; an op without a lowering raises `SpecError` (NS602).

    The network's class is the last of the file and is called `network_name(program)`.
    """
    made = units(program)
    helpers = sorted({helper.strip("\n") for unit in made for helper in _helpers(unit.items)})
    classes = classes_of(made, program.params)
    taken = set(re.findall(r"^class (\w+)", "\n".join(helpers), re.MULTILINE))
    taken |= {parameter.name for cls in classes for parameter in cls.parameters}
    taken |= {name for cls in classes for name in cls.locals}
    name_classes(classes, program, taken)
    own = "\n\n\n".join("\n".join(_class(cls)) for cls in classes)
    code = "\n\n\n".join([*(helper for helper in helpers if _is_used(helper, own)), own])
    docstring = "\n".join(docstrings.of_module(program, cost))
    return f"{docstring}\n\n{_imports(code)}\n\n\n{code}\n"


def _helpers(items: list[Item]) -> Iterator[str]:
    for item in items:
        if isinstance(item.target, Chain):
            yield from _helpers(item.target.items)
        elif isinstance(item.target, Lowering) and item.target.helper:
            yield item.target.helper


def _is_used(helper: str, code: str) -> bool:
    """Whether the code constructs the helper's class; an op in `forward` may do without."""
    name = helper.removeprefix("class ").partition("(")[0]
    return re.search(rf"\b{name}\(", code) is not None


def _imports(code: str) -> str:
    used = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    ordered = "from collections import OrderedDict\n\n" if "OrderedDict" in used else ""
    functional = "import torch.nn.functional as F\n" if "F" in used else ""
    return f"{ordered}import torch\n{functional}from torch import nn"


def _class(cls: Class) -> Iterator[str]:
    about = cls.members[0].about
    sequence = _sequence(cls)
    yield f"class {cls.name}({'nn.Module' if sequence is None else 'nn.Sequential'}):"
    if about and wrapped(about):
        yield from docstrings.of_class(about)
        yield ""
    if sequence is not None:
        yield from _signature("__init__", _constructor_parameters(cls), "None")
        yield from local_variables(cls)
        yield from lines("", plain(sequence, {}, own_parameter), depth=2)
    else:
        yield from _methods(cls)


def _sequence(cls: Class) -> Node | None:
    """The call of `nn.Sequential`'s constructor, if the class is one."""
    step = cls.body.steps[0] if cls.body.steps else None
    if isinstance(step, Step) and step.label.text == WHOLE and isinstance(step.module, Call):
        return Call(Name("super().__init__"), step.module.arguments)
    return None


def _methods(cls: Class) -> Iterator[str]:
    references = References(cls)
    inputs, statements = forward(cls, references)
    kept = [f"{BODY}self.{name} = {given}" for given, name in references.stored.items()]
    registered = [*local_variables(cls), *kept, *registrations(cls)]
    if registered:
        yield from _signature("__init__", _constructor_parameters(cls), "None")
        yield f"{BODY}super().__init__()"
        yield from registered
        yield ""
    several = len(cls.body.outputs) > 1
    result = f"tuple[{', '.join([TENSOR] * len(cls.body.outputs))}]" if several else TENSOR
    yield from _signature("forward", [f"{name}: {TENSOR}" for name in inputs], result)
    yield from statements


def _constructor_parameters(cls: Class) -> list[str]:
    return [_constructor_parameter(parameter) for parameter in cls.parameters]


def _constructor_parameter(parameter: ConstructorParameter) -> str:
    default = f" = {literal(parameter.default)}" if parameter.has_default else ""
    return f"{parameter.name}: {parameter.annotation}{default}"


def _signature(name: str, parameters: list[str], result: str) -> list[str]:
    call = Call(Name(name), tuple(map(Name, ["self", *parameters])))
    return lines("def ", call, f" -> {result}:", depth=1)
