"""ReLU overwrites what a convolution, a normalisation or a linear layer makes, and nothing else."""

from __future__ import annotations

import pytest

from tests.language.programs import Specs
from tests.torch_backend.checks import assert_same_gradients, checked_source

IN_PLACE = {
    "a convolution": "[conv: 4, relu]",
    "a causal convolution": "[reshape: [8, 256], conv: {out: 4, kernel: 2, padding: causal}, relu]",
    "batch normalisation": "[conv: 4, bn, relu]",
    "a linear layer": "[flatten, linear: 4, relu]",
}
NOT_IN_PLACE = {
    "the input": "[relu]",
    "what is read once more": "[{conv: 8, name: c}, {relu: , name: r}, {sum: , from: 'c, r'}]",
    "what is returned, too": "[{conv: 8, name: c}, {relu: , name: r}]\noutputs: [c, r]",
    "what its op keeps for its gradient": "[sigmoid, relu]",
    "a sum": "[{branches: [{conv: 8}, identity], merge: sum}, relu]",
    "a view": "[{reshape: [8, 256]}, relu]",
}


@pytest.mark.parametrize("operand", IN_PLACE)
def test_in_place(operand: str, specs: Specs) -> None:
    network = specs.load(f"body: {IN_PLACE[operand]}")
    assert "F.relu_(self." in checked_source(network.program)
    assert_same_gradients(network.program)


@pytest.mark.parametrize("operand", NOT_IN_PLACE)
def test_not_in_place(operand: str, specs: Specs) -> None:
    network = specs.load(f"body: {NOT_IN_PLACE[operand]}")
    source = checked_source(network.program)
    assert "F.relu(" in source
    assert "relu_" not in source
    assert_same_gradients(network.program)
