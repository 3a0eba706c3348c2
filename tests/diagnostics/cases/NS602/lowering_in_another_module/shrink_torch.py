from netspec.backends.torch import Lowering, call, lowers, registered
from netspec.ops import Tensors
from shrink import TanhShrink


@lowers(TanhShrink)
def tanh_shrink(op: TanhShrink, inputs: Tensors) -> Lowering:
    return registered(call("nn.Tanhshrink"))
