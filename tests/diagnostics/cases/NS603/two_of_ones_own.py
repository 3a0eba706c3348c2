# Two ops of one's own bring helper classes that are both called `Gate`.
import netspec
from netspec.backends.torch import Lowering, call, lowers, registered
from netspec.ops import Op, Tensors, op


@op("hard_gate", group="attention")
class HardGate(Op):
    """The input where it is positive."""

    def infer(self, inputs: Tensors) -> Tensors:
        return inputs


@op("soft_gate", group="attention")
class SoftGate(HardGate):
    """The input times its own sigmoid."""


@lowers(HardGate)
def hard_gate(op: HardGate, inputs: Tensors) -> Lowering:
    return registered(call("Gate"), GATE.format(name="Gate", gate="(x > 0)"))
    #> return registered(call("HardGate"), GATE.format(name="HardGate", gate="(x > 0)"))


@lowers(SoftGate)
def soft_gate(op: SoftGate, inputs: Tensors) -> Lowering:
    return registered(call("Gate"), GATE.format(name="Gate", gate="x.sigmoid()"))
    #> return registered(call("SoftGate"), GATE.format(name="SoftGate", gate="x.sigmoid()"))


GATE = '''
class {name}(nn.Module):
    """A gate."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * {gate}
'''

netspec.load("two_of_ones_own/net.yaml").source()
