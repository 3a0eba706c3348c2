# The module of an op of one's own pads its input, and the op's shape rule does not know of it.
import netspec
from netspec.backends.torch import Lowering, call, lowers, option, registered
from netspec.ops import Op, Tensor, Tensors, Window, op


@op("blur", group="pooling")
class Blur(Op):
    """The mean of 3x3 neighbours at every second place."""

    def infer(self, inputs: Tensors) -> Tensors:
        channels, height, width = inputs[0].shape
        return (Tensor((channels, (height - 3) // 2 + 1, (width - 3) // 2 + 1)),)
        #> return (Tensor((channels, (height - 1) // 2 + 1, (width - 1) // 2 + 1)),)

    def window(self, inputs: Tensors) -> tuple[Window, ...]:
        return (Window(3, stride=2, before=1),) * 2


@lowers(Blur)
def blur(op: Blur, inputs: Tensors) -> Lowering:
    options = option("stride", 2, None), option("padding", 1, 0)
    return registered(call("nn.AvgPool2d", option("kernel_size", 3, None), *options))


netspec.load("padding_in_the_module_alone/net.yaml").compare()  #! NS601 output: computed [(8, 15, 15)], the emitted module has [(8, 16, 16)]
