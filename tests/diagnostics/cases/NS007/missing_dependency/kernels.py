import fused_kernels
#>
from netspec.ops import Op, Tensors, op


@op("fused_norm", group="normalisation")
class FusedNorm(Op):
    """A normalisation in one kernel."""

    def infer(self, inputs: Tensors) -> Tensors:
        return inputs
