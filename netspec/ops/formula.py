"""Pointwise functions that a spec writes out."""

from typing import Annotated

from pydantic import PlainValidator

from netspec.ops import activation
from netspec.ops.base import ShapeError, Tensors, op
from netspec.ops.merge import Elementwise
from netspec.syntax.formula import Apply, Number, Operand, Term, operands


def formula(value: object) -> object:
    """A term of `netspec.syntax.formula`."""
    if not isinstance(value, Number | Operand | Apply):
        raise ValueError("must be a formula")
    return value


ACTIVATIONS: dict[str, type[activation.Activation]] = {
    "relu": activation.ReLU,
    "relu6": activation.ReLU6,
    "leaky_relu": activation.LeakyReLU,
    "elu": activation.ELU,
    "selu": activation.SELU,
    "gelu": activation.GELU,
    "silu": activation.SiLU,
    "mish": activation.Mish,
    "sigmoid": activation.Sigmoid,
    "tanh": activation.Tanh,
    "softplus": activation.Softplus,
    "hard_sigmoid": activation.HardSigmoid,
    "hard_swish": activation.HardSwish,
}


@op("formula", group="arithmetic")
class Formula(Elementwise):
    """A pointwise expression over its inputs: `1.7159 * tanh(2 / 3 * x)`.

    The one input is `x`; `from: {a: .., b: ..}` gives several, and their names. There are
    `+ - * / **`, the activations without arguments, `exp log sqrt abs sin cos`, `min` and `max`.
    What mentions no input is an expression, so parameters may stand in it. Equal shapes; `[C]`
    broadcasts over `[C, H, W]`.
    FLOPs: per output element 1 for each operation that an input has a part in, for an activation
    those of the op.
    """

    expr: Annotated[Term, PlainValidator(formula)]

    merges = False
    formulas = frozenset({"expr"})

    def infer(self, inputs: Tensors) -> Tensors:
        names = {operand.index: operand.name for operand in operands(self.expr)}
        if len(names) != len(inputs):
            many = f"{len(names)} tensor{'s' if len(names) > 1 else ''}"
            taken = ", ".join(names[k] for k in sorted(names))
            raise ShapeError(
                "NS306",
                f"the formula `{self.expr}` takes {many} ({taken}), not {len(inputs)}",
                hint="`from: {a: .., b: ..}` gives several inputs their names",
            )
        return super().infer(inputs)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return _flops(self.expr) * outputs[0].elements


def _flops(term: Term) -> int:
    if not isinstance(term, Apply) or not any(operands(term)):
        return 0
    cls = ACTIVATIONS.get(term.function)
    own = cls.flops_per_element if cls else max(1, len(term.terms) - 1)
    return own + sum(map(_flops, term.terms))
