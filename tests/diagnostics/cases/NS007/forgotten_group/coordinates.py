from netspec.ops import Op, Tensor, Tensors, op


@op("coordinates")
#> @op("coordinates", group="shape")
class Coordinates(Op):
    """Two more channels, that say where in the map they are (CoordConv, Liu et al. 2018)."""

    def infer(self, inputs: Tensors) -> Tensors:
        channels, *size = inputs[0].shape
        return (Tensor((channels + 2, *size)),)
