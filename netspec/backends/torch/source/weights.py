"""How a module's weights are made: constants, another start, another module's."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from netspec.backends.torch.code import (
    Argument,
    Call,
    Dict,
    Entry,
    Module,
    Name,
    Node,
    Slot,
    Started,
    Text,
    Tuple,
)
from netspec.backends.torch.lowering import Lowering
from netspec.backends.torch.source.filling import COPY, initial
from netspec.backends.torch.source.kinds import Kind
from netspec.backends.torch.source.units import Item
from netspec.backends.torch.tree import rewrite
from netspec.ops.base import Op
from netspec.program import Init, Instance
from netspec.program.weights import instance_weights

HELPERS = {
    "fixed": '''def fixed(module: ModuleT) -> ModuleT:
    """The module with buffers in place of its parameters: constants that are not trained."""
    for part in module.modules():
        for name, parameter in list(part.named_parameters(recurse=False)):
            delattr(part, name)
            part.register_buffer(name, parameter.detach())
    return module''',
    "initialised": '''def initialised(
    module: nn.Module,
    weight: str,
    scheme: Callable[..., torch.Tensor],
    *values: float | torch.Tensor,
    **options: float | str,
) -> nn.Module:
    """The module with one of its weights filled by a function such as `nn.init.zeros_`."""
    scheme(module.state_dict()[weight], *values, **options)
    return module''',
    "without": '''def without(module: ModuleT, *weights: str) -> ModuleT:
    """The module less some weights of its own: it is applied with others in their place."""
    for name in weights:
        module.register_parameter(name, None)
    return module''',
}
"""Functions of emitted source, by their names."""
MODULE_TYPE = "ModuleT"
"""The type variable of some of them."""


def weighted(module: Node, item: Item) -> Node:
    """The expression for the module with its weights as the spec has them."""
    if item.kind is not Kind.MODULE:
        return _tensor(module, item)
    if item.weighting.ties:
        module = Call(Name("without"), (module, *(Text((key,)) for key in item.weighting.ties)))
    if item.weighting.fixed and _has_parameters(item):
        module = Call(Name("fixed"), (module,))
    for key, init in sorted(item.weighting.init.items(), key=_position(item)):
        module = Started(module, key, *filling(key, init), _getter(key, item))
    return module


def _position(item: Item) -> Callable[[tuple[str, Init]], int]:
    """Sorts what fills weights by the order of these in an op; in a block it stays as written."""
    call = item.call
    if call is None or not isinstance(call.target, Op):
        return lambda entry: 0
    keys = list(call.target.weights(tuple(value.type for value in call.inputs)))
    return lambda entry: keys.index(entry[0])


def _getter(key: str, item: Item) -> str:
    """The method that finds a weight of the item's module, where it is not the module's own."""
    if isinstance(item.target, Lowering):
        return ""
    assert item.call is not None
    assert isinstance(item.call.target, Instance)
    weights = instance_weights(item.call.target, fixed=item.weighting.fixed)
    found = next(weight for path, weight in weights if ".".join(path) == key)
    return "get_parameter" if found.trainable else "get_buffer"


def _has_parameters(item: Item) -> bool:
    call = item.call
    if call is None:
        return True
    if isinstance(call.target, Instance):
        return any(weight.trainable for _, weight in instance_weights(call.target))
    weights = call.target.weights(tuple(value.type for value in call.inputs))
    return any(weight.trainable for weight in weights.values())


def filling(key: str, init: Init) -> tuple[Name, tuple[Node, ...]]:
    """The function that fills a tensor, and what it takes besides."""
    name = key.replace(".", "_")
    if init.scheme == "values":
        ((_, values),) = init.arguments
        return COPY, (Call(Name("torch.tensor"), (Argument(Slot(values, name)),)),)
    arguments = tuple(
        Argument(Slot(value, f"{name}_{argument}"), argument if argument != "val" else None)
        for argument, value in init.arguments
    )
    return Name(f"nn.init.{init.scheme}_"), arguments


def _tensor(parameter: Node, item: Item) -> Node:
    """A parameter that a module has itself, or the tensor for a buffer."""
    assert isinstance(parameter, Call)
    tensor, *others = parameter.arguments
    for key, init in item.weighting.init.items():
        function, arguments = filling(key, init)
        tensor = initial(function, tensor, arguments)
    return tensor if item.kind is Kind.BUFFER else Call(parameter.function, (tensor, *others))


def within(node: Started) -> Node:
    """A filled module as one expression."""
    given = Text((node.weight,)), node.function, *node.arguments
    return Call(Name("initialised"), (node.module, *given))


def with_weights(form: Node, weights: Mapping[str, Node]) -> Node:
    """The form, its module applied with these weights in place of its own."""
    entries = tuple(Entry(Text((key,)), other) for key, other in weights.items())

    def replace(node: Node) -> Node | None:
        if not isinstance(node, Call) or node.function != Module():
            return None
        options = tuple(
            Entry(Text((a.keyword,)), a.value)
            for a in node.arguments
            if isinstance(a, Argument) and a.keyword
        )
        given = tuple(a for a in node.arguments if not (isinstance(a, Argument) and a.keyword))
        inputs = given[0] if len(given) == 1 else Tuple(given)
        last = (Dict(options),) if options else ()
        return Call(Name("torch.func.functional_call"), (Module(), Dict(entries), inputs, *last))

    return rewrite(form, replace)
