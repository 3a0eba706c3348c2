"""What the parameters of a constructor are if they are left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from netspec.backends.torch.code import ABSENT, REQUIRED, Argument, Node, Option, Parameter, same
from netspec.backends.torch.source.parameters import Parameters
from netspec.backends.torch.source.steps import Body, When
from netspec.backends.torch.source.units import Unit
from netspec.backends.torch.tree import parts, walk


def default_of(
    name: str,
    members: Sequence[Unit],
    parameters: Parameters,
    body: Body,
    variables: Mapping[str, Node],
) -> object:
    """The block's own default, else torch's, if some of the members have it; what is true or false
    is by default what it is for most.
    """
    column = [value for value in parameters.columns[name] if value is not ABSENT]
    for value in (_declared(name, members, parameters), _of_torch(name, body, variables)):
        if any(same(value, given) for given in column):
            return value
    if all(isinstance(given, bool) for given in column):
        return 2 * sum(column) > len(column)
    return REQUIRED


def _declared(name: str, members: Sequence[Unit], parameters: Parameters) -> object:
    """The literal that the block declares as the default of the parameter."""
    if parameters.offered.get(name) != parameters.columns[name]:
        return REQUIRED
    declared = [member.instance.defaults.get(name) for member in members]
    defaults = [REQUIRED if d is None or d.expression else d.value for d in declared]
    return defaults[0] if all(same(d, defaults[0]) for d in defaults) else REQUIRED


def _of_torch(name: str, body: Body, variables: Mapping[str, Node]) -> object:
    """Torch's default, if the parameter is nothing but arguments with that default; conditions may
    ask for it too.
    """
    parameter = Parameter(name)
    arguments = [a for a in walk_arguments(body) if a.value == parameter]
    uses = sum(p == parameter for p in walk((body, *variables.values()), Parameter))
    asked = sum(p == parameter for c in _conditions(body) for p in walk(c, Parameter))
    if not arguments or uses - asked != len(arguments):
        return REQUIRED
    if any(not same(a.default, arguments[0].default) for a in arguments):
        return REQUIRED
    return arguments[0].default


def _conditions(tree: object) -> Iterator[Node]:
    if isinstance(tree, When | Option):
        yield tree.condition
    for part in parts(tree):
        yield from _conditions(part)


def walk_arguments(tree: object) -> Iterator[Argument]:
    """Every argument of every call, inner ones too."""
    for argument in walk(tree, Argument):
        yield argument
        yield from walk_arguments(argument.value)
