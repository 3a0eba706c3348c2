# An op of one's own states the work of one of its two convolutions.
import netspec
from netspec.backends.torch import Lowering, call, lowers, registered, value
from netspec.ops import Op, Tensors, Weight, op


@op("gate", group="attention")
class Gate(Op):
    """The input times the sigmoid of a 1x1 convolution of a 1x1 convolution of it."""

    def infer(self, inputs: Tensors) -> Tensors:
        return inputs

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        channels = inputs[0].shape[0]
        weight = Weight((channels, channels, 1, 1), "kaiming_uniform(a=sqrt(5))")
        return {"first.weight": weight, "second.weight": weight}

    def macs(self, inputs: Tensors, outputs: Tensors) -> int:
        return inputs[0].elements * inputs[0].shape[0]
        #> return 2 * inputs[0].elements * inputs[0].shape[0]


@lowers(Gate)
def gate(op: Gate, inputs: Tensors) -> Lowering:
    return registered(call("Gate", value("channels", inputs[0].shape[0])), GATE)


GATE = '''
class Gate(nn.Module):
    """Two pointwise convolutions and a sigmoid, times the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 1, bias=False)
        self.second = nn.Conv2d(channels, channels, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.second(self.first(x)).sigmoid()
'''

netspec.load("half_the_work/net.yaml").compare()  #! NS601 macs: computed 65536, the emitted module has 131072
