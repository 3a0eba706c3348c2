# An op of one's own has its facts, and its lowering is forgotten.
import netspec
from netspec.backends.torch import Lowering, call, lowers, registered
from netspec.ops import Op, Tensors, op


@op("softplus_gate", group="activation")
class SoftplusGate(Op):
    """`log(1 + exp(x))`."""

    def infer(self, inputs: Tensors) -> Tensors:
        return inputs

#> @lowers(SoftplusGate)
#> def softplus_gate(op: SoftplusGate, inputs: Tensors) -> Lowering:
#>     return registered(call("nn.Softplus"))

netspec.load("forgotten_lowering/net.yaml").source()
