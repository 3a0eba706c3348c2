"""Classes as text."""

from __future__ import annotations

from collections.abc import Iterator

from netspec.backends.torch.code import Call, Name, origin_of
from netspec.backends.torch.source import docstrings
from netspec.backends.torch.source.classes import Class, ConstructorParameter, Results
from netspec.backends.torch.source.constructor import held_conditions
from netspec.backends.torch.source.forward import forward
from netspec.backends.torch.source.layout import lines, literal
from netspec.backends.torch.source.printed import Printed
from netspec.backends.torch.source.prose import wrapped
from netspec.backends.torch.source.references import References
from netspec.backends.torch.source.registration import (
    as_sequence,
    local_variables,
    registrations,
)
from netspec.backends.torch.source.steps import Step
from netspec.backends.torch.source.units import WHOLE
from netspec.backends.torch.source.wrapping import INDENT

TENSOR = "torch.Tensor"
MOST_LISTED = 4
"""Of so many outputs the type lists each."""
FIELD = " " * INDENT
BODY = FIELD * 2


def class_text(cls: Class) -> Iterator[str]:
    about = cls.members[0].about
    sequence = _sequence(cls)
    base = "nn.Module" if sequence is None else "nn.Sequential"
    yield Printed(f"class {cls.name}({base}):", origin_of(m.origin for m in cls.members))
    if about and wrapped(about):
        yield from docstrings.of_body(about)
        yield ""
    if sequence is not None:
        yield from _signature("__init__", constructor_parameters(cls), "None")
        yield from local_variables(cls)
        yield from as_sequence(cls, sequence, References(cls))
    else:
        yield from _methods(cls)


def _sequence(cls: Class) -> Call | None:
    """The call of `nn.Sequential`'s constructor, if the class is one."""
    step = cls.body.steps[0] if cls.body.steps else None
    if isinstance(step, Step) and step.label.text == WHOLE and isinstance(step.module, Call):
        return Call(Name("super().__init__"), step.module.arguments)
    return None


def _methods(cls: Class) -> Iterator[str]:
    references = References(cls)
    buffers = [f"{FIELD}{name}: {TENSOR}" for name in references.buffers]
    yield from [*buffers, ""] if buffers else []
    inputs, statements = forward(cls, references)
    kept = [f"{BODY}self.{name} = {given}" for given, name in references.stored.items()]
    kept += held_conditions(cls, references)
    registered = [*local_variables(cls), *kept, *registrations(cls, references)]
    if registered:
        yield from _signature("__init__", constructor_parameters(cls), "None")
        yield f"{BODY}super().__init__()"
        yield from registered
        yield ""
    yield from _signature("forward", [f"{name}: {TENSOR}" for name in inputs], _result(cls))
    yield from (BODY + line.format(inputs[0]) for line in cls.prologue)
    yield from statements


def _result(cls: Class) -> str:
    """The type of what `forward` returns."""
    if cls.results is not None:
        return f"{cls.results.title} | {TENSOR}" if cls.results.alone else cls.results.title
    if cls.gives_list:
        return f"list[{TENSOR}]"
    count = len(cls.body.outputs)
    if count > MOST_LISTED:
        return f"tuple[{TENSOR}, ...]"
    return f"tuple[{', '.join([TENSOR] * count)}]" if count > 1 else TENSOR


def results_text(results: Results) -> Iterator[str]:
    """The class of what the network returns."""
    yield f"class {results.title}(NamedTuple):"
    for name in results.names:
        optional = " | None" if name in results.late and not results.alone else ""
        yield f"{FIELD}{name}: {TENSOR}{optional}"


def constructor_parameters(cls: Class) -> list[str]:
    """What the constructor takes, as written in its signature."""
    return [_constructor_parameter(parameter) for parameter in cls.parameters]


def _constructor_parameter(parameter: ConstructorParameter) -> str:
    default = f" = {literal(parameter.default)}" if parameter.has_default else ""
    return f"{parameter.name}: {parameter.annotation}{default}"


def _signature(name: str, parameters: list[str], result: str) -> list[str]:
    call = Call(Name(name), tuple(map(Name, ["self", *parameters])))
    return lines("def ", call, f" -> {result}:", depth=1)
