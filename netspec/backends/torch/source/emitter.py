"""The emitter: a program as the source of a Python module that imports torch only."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence, Set

from netspec.analysis.cost import Cost
from netspec.backends.torch import ops as _table  # noqa: F401  (fills the table of lowerings)
from netspec.backends.torch.lowering import Lowering, class_of
from netspec.backends.torch.provenance import Provenance, comment, places_of
from netspec.backends.torch.source import docstrings
from netspec.backends.torch.source.building import ordered, unit_of_each
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.factory import factory_text
from netspec.backends.torch.source.honoured import with_params
from netspec.backends.torch.source.initialisation import rules, settle
from netspec.backends.torch.source.located import require_lowerings
from netspec.backends.torch.source.names import distinct, variable
from netspec.backends.torch.source.printed import origin_of_line
from netspec.backends.torch.source.printing import class_text, results_text
from netspec.backends.torch.source.results import results_of
from netspec.backends.torch.source.sharing import classes_of
from netspec.backends.torch.source.tables import Tables
from netspec.backends.torch.source.titles import name_classes
from netspec.backends.torch.source.units import Item, lowerings
from netspec.backends.torch.source.weights import HELPERS, MODULE_TYPE
from netspec.backends.torch.source.written import Written
from netspec.diagnostics import Note, SpecError, fault
from netspec.program import Call, Program


def emit(program: Program, cost: Cost, written: Written | None = None) -> str:
    """The program as Python source; where it is known what it was written as, the file says so and
    the network takes the params that its code can honour. Raises `SpecError`: NS602 for an op
    without a lowering, NS603 where two ops bring helpers of one name, NS604 and NS605 for what
    PyTorch cannot be told.

    The network's class is the last of the file and is called `network_name(program)`.
    """
    require_lowerings(program)
    made = unit_of_each(program, {})
    lowered = [pair for unit in ordered(made) for pair in lowerings(unit.items)]
    helpers = _helpers(lowered) | HELPERS
    classes = (
        with_params(program, made, written)
        if written
        else classes_of(ordered(made), program.params)
    )
    taken = {*helpers, MODULE_TYPE}
    _complete(classes, program, [lowering for _, lowering in lowered], taken)
    tables = Tables(taken)
    tables.move(classes)
    settle(classes, rules(ordered(made)))
    name = distinct(variable(program.name), taken)
    factory = factory_text(classes[-1], name, written.name if written else program.name)
    texts = [*(text for cls in classes for text in _texts(cls)), factory]
    printed = [*_apart(texts)]
    own = "\n".join(printed)
    names = _names(own)
    used = [helper for name, helper in helpers.items() if name in names]
    code = "\n\n\n".join([*used, own])
    docstring = "\n".join(docstrings.of_module(program, cost, written))
    names = _names(code)
    types = [f'{MODULE_TYPE} = TypeVar("{MODULE_TYPE}", bound=nn.Module)']
    constants = [*(types if MODULE_TYPE in names else []), *tables.text()]
    head = [docstring, _imports(names), *constants]
    source = "\n\n".join(head) + f"\n\n\n{code}\n"
    return source + (_footer(source, printed, written) if written else "")


def _apart(texts: Iterable[Iterable[str]]) -> Iterator[str]:
    """The lines of classes and functions, with the empty ones between them."""
    for k, text in enumerate(texts):
        yield from ["", ""] if k else []
        yield from text


CLOSING = " )]},"
"""What stands alone on the last line of a statement, of which the first says where it is from."""


def _footer(source: str, printed: Sequence[str], written: Written) -> str:
    """The comment that says where the lines come from; the printed ones are the last."""
    before = source.count("\n") - len(printed)
    places = {
        before + k: places_of(map(written.place, origin_of_line(line).spans))
        for k, line in enumerate(printed, 1)
        if line.strip(CLOSING)
    }
    known = Provenance(written.name, written.given, places)
    return f"\n\n{comment(source, known)}"


def _complete(
    classes: list[Class], program: Program, lowered: Iterable[Lowering], taken: set[str]
) -> None:
    """Name the classes, and tell that of the network what no other has."""
    taken |= {parameter.name for cls in classes for parameter in cls.parameters}
    taken |= {name for cls in classes for name in cls.locals}
    name_classes(classes, program, taken)
    root = classes[-1]
    root.results = results_of(program, root.name, taken)
    root.prologue = tuple(sorted({x.prologue for x in lowered if x.prologue}))


def _texts(cls: Class) -> Iterator[Iterator[str]]:
    if cls.results is not None:
        yield results_text(cls.results)
    yield class_text(cls)


def _helpers(lowered: Iterable[tuple[Item, Lowering]]) -> dict[str, str]:
    """The helpers by the names of their classes, sorted; raises `SpecError` (NS603)."""
    users: dict[str, Call] = {}
    for item, lowering in lowered:
        if lowering.helper and item.call:
            users.setdefault(lowering.helper.strip("\n"), item.call)
    named: dict[str, str] = {}
    for helper in sorted(users):
        name = class_of(helper)
        if name in named:
            raise _clash(name, users[named[name]], users[helper])
        named[name] = helper
    return named


def _clash(name: str, *users: Call) -> SpecError:
    first, second = sorted(users, key=lambda call: (call.span.line, call.span.column))
    message = f"this op and another bring helper classes `{name}` to torch that differ"
    note = Note(f"the other `{name}` is for this use", first.span)
    hint = "give one of them another name, or one class what differs as an argument"
    return fault("NS603", message, second.span, notes=[note], hint=hint)


def _names(code: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}


def _imports(names: Set[str]) -> str:
    typing = {"NamedTuple"} & names | ({"TypeVar"} if MODULE_TYPE in names else set())
    typed = ", ".join(sorted(typing))
    standard = [
        *(["from collections import OrderedDict"] if "OrderedDict" in names else []),
        *(["from collections.abc import Callable"] if "Callable" in names else []),
        *([f"from typing import {typed}"] if typed else []),
    ]
    functional = ["import torch.nn.functional as F"] if "F" in names else []
    torch = ["import torch", *functional, "from torch import nn"]
    return "\n".join([*standard, *([""] if standard else []), *torch])
