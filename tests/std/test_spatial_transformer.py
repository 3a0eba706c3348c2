"""A spatial transformer starts as the identity and moves its input as theta says."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.std.one_step import IMAGE, Steps, built, sample

LOCALISATION = "[conv: 3, relu, flatten, linear: 5, relu]"


def test_it_starts_as_the_identity(step: Steps) -> None:
    network = step(f"{{spatial_transformer: {{localisation: {LOCALISATION}}}}}")
    module: Any = network.module().double()
    x = sample(network)
    assert network.output_shape == IMAGE
    with torch.no_grad():
        torch.testing.assert_close(module(x), x)


def test_its_theta_is_of_the_localisations_output(step: Steps) -> None:
    network = step(f"{{spatial_transformer: {{localisation: {LOCALISATION}}}}}")
    weights = {key: tuple(w.shape) for key, w in network.module().state_dict().items()}
    assert weights == {
        "spatial_transformer.localisation.conv.weight": (3, 4, 1, 1),
        "spatial_transformer.localisation.conv.bias": (3,),
        "spatial_transformer.localisation.linear.weight": (5, 192),
        "spatial_transformer.localisation.linear.bias": (5,),
        "spatial_transformer.theta.weight": (6, 5),
        "spatial_transformer.theta.bias": (6,),
    }


@pytest.mark.parametrize("pixels", [1, 3])
def test_it_moves_its_input(step: Steps, pixels: int) -> None:
    """Coordinates run from -1 to 1 over 8 columns: a column is a quarter."""
    network = step(f"{{spatial_transformer: {{localisation: {LOCALISATION}}}}}")
    module: Any = network.module().double()
    x = sample(network)
    with torch.no_grad():
        module.spatial_transformer.theta.bias[2] = pixels / 4
        moved = module(x)
    torch.testing.assert_close(moved[..., :-pixels], x[..., pixels:])
    assert not moved[..., -pixels:].any()


def test_it_samples_as_many_places_as_it_is_asked_to(step: Steps) -> None:
    network = step(f"{{spatial_transformer: {{localisation: {LOCALISATION}, size: [4, 2]}}}}")
    module: Any = network.module().double()
    x = sample(network)
    assert network.output_shape == (4, 4, 2)
    with torch.no_grad():
        middle = x[:, :, :, [1, 2, 5, 6]].reshape(2, 4, 4, 2, 2, 2).mean((3, 5))
        torch.testing.assert_close(module(x), middle)


def test_the_localisation_learns(step: Steps) -> None:
    network = step(f"{{spatial_transformer: {{localisation: {LOCALISATION}}}}}")
    module, x = built(network), sample(network)
    (module(x) - x).square().sum().backward()
    gradients = [weight.grad for weight in module.parameters() if weight.grad is not None]
    assert len(gradients) == 6
    assert any(gradient.any() for gradient in gradients[:2])
