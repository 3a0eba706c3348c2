# Two ops share a base class, and the lowering is registered for that.
import netspec
from netspec.backends.torch import Lowering, call, lowers, registered
from netspec.ops import Op, Tensors, op


class Elementwise(Op):
    """What the activations have in common."""

    def infer(self, inputs: Tensors) -> Tensors:
        return inputs


@op("soft_sign", group="activation")
class SoftSign(Elementwise):
    """`x / (1 + |x|)`."""


@lowers(Elementwise)
#> @lowers(SoftSign)
def soft_sign(op: Elementwise, inputs: Tensors) -> Lowering:
    return registered(call("nn.Softsign"))


netspec.load("lowering_of_the_base_class/net.yaml").source()
