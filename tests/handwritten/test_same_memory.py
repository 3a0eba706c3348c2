"""What a training step keeps for the backward pass takes no more memory than in what people write,
though their ReLUs write in place: batch normalisation keeps its input, ReLU its output.
"""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from tests.handwritten.pairs import NAMES, pair


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_for_the_gradients(name: str) -> None:
    emitted, written = pair(name)
    assert 0 < kept(emitted) <= kept(written)


def kept(module: nn.Module) -> int:
    """The bytes of the tensors that the graph of one forward holds on to, weights not counted."""
    weights = {weight.untyped_storage().data_ptr() for weight in module.parameters()}
    storages: dict[int, torch.UntypedStorage] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            storages[storage.data_ptr()] = storage
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        module.train()(torch.zeros(2, 3, 64, 64))
    return sum(storage.nbytes() for storage in storages.values())
