# The lowering of an op of one's own makes a bias that its facts do not state.
import netspec
from netspec.backends.torch import Lowering, call, lowers, option, registered, value
from netspec.ops import Op, Tensor, Tensors, Weight, op
from pydantic import PositiveInt


@op("pointwise", group="convolution")
class Pointwise(Op):
    """A 1x1 convolution without bias."""

    out: PositiveInt

    def infer(self, inputs: Tensors) -> Tensors:
        return (Tensor((self.out, *inputs[0].shape[1:])),)

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        return {"weight": Weight((self.out, inputs[0].shape[0], 1, 1), "kaiming_uniform(a=sqrt(5))")}

    def macs(self, inputs: Tensors, outputs: Tensors) -> int:
        return outputs[0].elements * inputs[0].shape[0]


@lowers(Pointwise)
def pointwise(op: Pointwise, inputs: Tensors) -> Lowering:
    sizes = value("in_channels", inputs[0].shape[0]), value("out_channels", op.out, "out")
    kernel = option("kernel_size", 1, None)
    return registered(call("nn.Conv2d", *sizes, kernel))
    #> return registered(call("nn.Conv2d", *sizes, kernel, option("bias", False, True)))


netspec.load("bias_without_a_fact/net.yaml").compare()  #! NS601 params: computed 128, the emitted module has 144  #! NS601 pointwise.bias: computed nothing, the emitted module has
