"""Sampling of maps at computed positions."""

from math import prod

from netspec.ops.base import Op, ShapeError, Tensors, op
from netspec.ops.checks import per_axis, require_float, spatial_sizes
from netspec.ops.fields import Sizes
from netspec.tensor import Tensor


@op("grid_sample", group="merge")
class GridSample(Op):
    """The image sampled where the affine map theta sends each output position, bilinearly.

    Takes image and theta (Jaderberg et al. 2015): `[C, H, W]` with `[2, 3]` or `[6]`, or
    `[C, D, H, W]` with `[3, 4]` or `[12]`. Coordinates run from -1 to 1 between the outer edges
    (torch's `align_corners: false`); outside is zero. `size`: the output's, by default the image's.
    FLOPs: `2^(n + 1) - 1` per output element that weighs `2^n` neighbours over n axes (7, 15), and
    per output position `2 n^2` (theta), `4 n` (pixels), `2 n` (distances), `(n - 1) 2^n` (weights).
    """

    size: Sizes | None = None

    arity = (2, 2)
    merges = True

    def infer(self, inputs: Tensors) -> Tensors:
        image, theta = inputs
        require_float(self, theta)
        axes = len(spatial_sizes(self, image))
        if axes == 1:
            raise ShapeError("NS301", f"grid_sample takes [C, H, W] or [C, D, H, W], not {image}")
        if theta.shape not in ((axes, axes + 1), (axes * (axes + 1),)):
            matrix, flat = Tensor((axes, axes + 1)), Tensor((axes * (axes + 1),))
            raise ShapeError("NS302", f"grid_sample takes theta as {matrix} or {flat}, not {theta}")
        if theta.dtype != image.dtype:
            raise ShapeError("NS302", f"grid_sample: {image.dtype} image, {theta.dtype} theta")
        return (Tensor((image.shape[0], *self.lengths(image)), image.dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        sizes = outputs[0].shape[1:]
        n = len(sizes)
        neighbours: int = 2**n
        per_position = 2 * n * n + 4 * n + 2 * n + (n - 1) * neighbours
        return prod(sizes) * per_position + (2 * neighbours - 1) * outputs[0].elements

    def window(self, inputs: Tensors) -> None:
        return None

    def lengths(self, image: Tensor) -> tuple[int, ...]:
        """The spatial sizes of the output."""
        sizes = image.shape[1:]
        return sizes if self.size is None else per_axis(self, "size", self.size, len(sizes))
