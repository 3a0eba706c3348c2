"""Joins that drop operands in training."""

from pydantic import ConfigDict, Field

from netspec.ops.base import Tensors, op
from netspec.ops.checks import NO_AXIS, Mismatch, fewest
from netspec.ops.fields import Probability
from netspec.ops.merge import Elementwise


@op("drop_join", group="stochastic")
class DropJoin(Elementwise):
    """The mean of equal shapes; in training of some of them: FractalNet's drop-path.

    Larsson et al. 2017, section 3. With probability `global`, drawn once per forward for the whole
    network, one column is left of it: the widest join has one operand for each column, the deepest
    last, a narrower one has the deepest columns. Otherwise each join drops each operand with
    probability `p`, but not all. Joins that meet become one, unless `flatten` is false.
    FLOPs: n per output element for n operands (the evaluation graph: `n - 1` adds, a division).
    """

    model_config = ConfigDict(populate_by_name=True)

    p: Probability
    global_: Probability = Field(default=0.5, alias="global")
    flatten: bool = True

    flattens = True

    def infer(self, inputs: Tensors) -> Tensors:
        if any(x != inputs[0] for x in inputs):
            raise Mismatch(self, inputs, fewest(inputs), NO_AXIS)
        return super().infer(inputs)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return len(inputs) * outputs[0].elements
