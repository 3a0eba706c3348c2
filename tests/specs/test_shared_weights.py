"""Networks that apply weights more than once: PolyNet's poly-2, the recurrent ResNet."""

from __future__ import annotations

import re

import torch
import torch.nn.functional as F

from tests.specs.filled import filled, images


def test_poly_2_is_mpoly_2_with_equal_operators() -> None:
    poly, mpoly = filled("polynet_poly2"), filled("polynet_mpoly2")
    shared = poly.state_dict()
    for key, entry in mpoly.state_dict().items():
        entry.copy_(shared[re.sub(r"power\.\d", "power", key)])
    x = images(3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(mpoly(x), poly(x))


def test_the_recurrent_resnet_unrolled_by_hand() -> None:
    module, x = filled("recurrent_resnet", steps=3, channels=8), images(3, 8, 8)
    w = module.state_dict()

    def bn(h: torch.Tensor, key: str) -> torch.Tensor:
        mean, variance = w[f"{key}.running_mean"], w[f"{key}.running_var"]
        return F.relu(F.batch_norm(h, mean, variance, w[f"{key}.weight"], w[f"{key}.bias"]))

    h = F.conv2d(x, w["entry.weight"], padding=1)
    for step in range(3):
        inner = F.conv2d(bn(h, f"bn1.{step}"), w["conv1.weight"], padding=1)
        h = h + F.conv2d(bn(inner, f"bn2.{step}"), w["conv2.weight"], padding=1)
    expected = F.linear(bn(h, "norm").mean((2, 3)), w["fc.weight"], w["fc.bias"])
    with torch.no_grad():
        torch.testing.assert_close(module(x), expected)
