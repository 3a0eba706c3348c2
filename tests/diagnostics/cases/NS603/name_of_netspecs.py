# A helper class has the name of one that netspec brings itself.
import netspec
from netspec.backends.torch import Lowering, call, lowers, registered
from netspec.ops import Op, Tensors, op


@op("noise", group="stochastic")
class Noise(Op):
    """Normal noise on top of the input, in training."""

    def infer(self, inputs: Tensors) -> Tensors:
        return inputs


@lowers(Noise)
def noise(op: Noise, inputs: Tensors) -> Lowering:
    return registered(call("DropPath"), NOISE)
    #> return registered(call("Noise"), NOISE.replace("DropPath", "Noise"))


NOISE = '''
class DropPath(nn.Module):
    """Normal noise on top of the input, in training."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.randn_like(x) if self.training else x
'''

netspec.load("name_of_netspecs/net.yaml").source()
