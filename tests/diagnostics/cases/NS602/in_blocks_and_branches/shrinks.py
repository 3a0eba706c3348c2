from netspec.backends.torch import Lowering, lowers, option, stateless
from netspec.ops import Op, Tensors, op


class Elementwise(Op):
    """Its output is as large as its input."""

    def infer(self, inputs: Tensors) -> Tensors:
        return inputs


@op("tanh_shrink", group="activation")
class TanhShrink(Elementwise):
    """`x - tanh(x)`."""


@op("soft_shrink", group="activation")
class SoftShrink(Elementwise):
    """`sign(x) max(|x| - threshold, 0)`."""

    threshold: float = 0.5

#> @lowers(TanhShrink)
#> def tanh_shrink(op: TanhShrink, inputs: Tensors) -> Lowering:
#>     return stateless("F.tanhshrink", "nn.Tanhshrink")
#>
#>
#> @lowers(SoftShrink)
#> def soft_shrink(op: SoftShrink, inputs: Tensors) -> Lowering:
#>     return stateless("F.softshrink", "nn.Softshrink", option("lambd", op.threshold, 0.5, "threshold"))
