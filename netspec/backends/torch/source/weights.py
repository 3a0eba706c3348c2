"""How a module's weights are made: constants, another start, another module's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from netspec.backends.torch.code import (
    Argument,
    Call,
    Dict,
    Entry,
    Module,
    Name,
    Node,
    Own,
    Slot,
    Started,
    Text,
    Tuple,
)
from netspec.backends.torch.lowering import Lowering
from netspec.backends.torch.source.expressions import evaluated, translated
from netspec.backends.torch.source.filling import (
    COPY,
    WRAPPERS,
    initial,
    module_class,
    origin_of_init,
    unwrapped,
)
from netspec.backends.torch.source.kinds import Kind
from netspec.backends.torch.source.units import Item
from netspec.backends.torch.tree import rewrite, walk
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
OWN_SIZES = {"nn.Conv": "in_channels", "nn.Linear": "in_features"}
"""What modules call the size of their input, by the beginning of their class."""


def weighted(module: Node, item: Item) -> Node:
    """The expression for the module with its weights as the spec has them."""
    if item.kind is not Kind.MODULE:
        return _tensor(module, item)
    if item.weighting.ties:
        module = Call(Name("without"), (module, *(Text((key,)) for key in item.weighting.ties)))
    if item.weighting.fixed and _has_parameters(item):
        module = Call(Name("fixed"), (module,))
    for key, init in sorted(item.weighting.init.items(), key=_position(item)):
        function, arguments = filling(key, init, item)
        getter = _getter(key, item)
        module = Started(module, key, function, arguments, getter, origin_of_init(init))
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


def filling(key: str, init: Init, item: Item) -> tuple[Name, tuple[Node, ...]]:
    """The function that fills a tensor, and what it takes besides."""
    name = key.replace(".", "_")
    if init.scheme == "values":
        ((_, values),) = init.arguments
        return COPY, (Call(Name("torch.tensor"), (Argument(Slot(values, name)),)),)
    arguments = []
    for argument, value in init.arguments:
        expression = init.expressions.get(argument)
        given = _of_module(expression, value, item) if expression else None
        if given is None:
            given = Slot(value, f"{name}_{argument}", None, expression, item.scope)
        arguments.append(Argument(given, argument if argument != "val" else None))
    return Name(f"nn.init.{init.scheme}_"), tuple(arguments)


def _of_module(expression: str, value: Any, item: Item) -> Node | None:
    """The expression in terms of the size of the module's input, if it speaks of nothing else."""
    module = item.target.module if isinstance(item.target, Lowering) else None
    cls = module_class(module) if module is not None else None
    size = next((size for start, size in OWN_SIZES.items() if (cls or "").startswith(start)), None)
    node = translated(expression, lambda name: Own(name) if name == size else None, "/")
    if node is None or next(walk(node, Own), None) is None:
        return None
    return node if evaluated(node, lambda own: item.scope[size or ""]) == value else None


def _tensor(parameter: Node, item: Item) -> Node:
    """A parameter that a module has itself, or the tensor for a buffer."""
    assert isinstance(parameter, Call)
    tensor, *others = parameter.arguments
    for key, init in item.weighting.init.items():
        function, arguments = filling(key, init, item)
        tensor = initial(function, tensor, arguments)
    return tensor if item.kind is Kind.BUFFER else Call(parameter.function, (tensor, *others))


def within(node: Started) -> Node:
    """A filled module as one expression."""
    given = Text((node.weight,)), node.function, *_of_constructor(node.arguments, node.module)
    return Call(Name("initialised"), (node.module, *given))


def _of_constructor(arguments: tuple[Node, ...], module: Node) -> tuple[Node, ...]:
    """Arguments that speak of the size of the module's input: its constructor takes that first."""
    bare, _ = unwrapped(module)
    while isinstance(bare, Call) and bare.function in WRAPPERS:
        bare = bare.arguments[0]

    def first(node: Node) -> Node | None:
        if not isinstance(node, Own):
            return None
        assert isinstance(bare, Call)
        (size, *_) = bare.arguments
        return size.value if isinstance(size, Argument) else size

    return rewrite(arguments, first)


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
