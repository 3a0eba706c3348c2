from netspec.ops import Op, Tensors, op


@op("blur_pool", group="pooling")
class BlurPool(Op):
    """A blur before the map is subsampled (Zhang 2019)."""

    def infer(self, inputs: Tensors) -> Tensors:
        return inputs
