# The text of a helper class depends on an argument, and the spec has two values of it.
import netspec
from netspec.backends.torch import Lowering, call, lowers, registered, value
from netspec.ops import Op, Tensors, op


@op("temper", group="activation")
class Temper(Op):
    """The softmax of `x / temperature`."""

    temperature: float

    def infer(self, inputs: Tensors) -> Tensors:
        return inputs


@lowers(Temper)
def temper(op: Temper, inputs: Tensors) -> Lowering:
    return registered(call("Temper"), TEMPER.replace("TEMPERATURE", str(op.temperature)))
    #> return registered(call("Temper", value("temperature", op.temperature, "temperature")), TEMPER)


TEMPER = '''
class Temper(nn.Module):
    """A softmax with a temperature."""

    #> def __init__(self, temperature: float) -> None:
    #>     super().__init__()
    #>     self.temperature = temperature
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.softmax(x / TEMPERATURE, dim=-1)
        #> return F.softmax(x / self.temperature, dim=-1)
'''

netspec.load("text_by_argument/net.yaml").source()
