"""Inputs and outputs by name, and outputs for training only."""

from __future__ import annotations

from typing import Any

import torch

from netspec import Network
from tests.language.programs import Specs
from tests.torch_backend.checks import checked_source, samples

BODY = """
body:
  - conv: 4
    name: stem
  - {dropout: 0.5}
  - {do: [conv: 2, {relu: , name: late}], name: aux}
  - {conv: 3, from: dropout, name: head}
"""


def outputs(network: Network, *, training: bool) -> Any:
    inputs = [x.float() for x in samples(network.program)]
    return network.module().train(training)(*inputs)


def test_several_outputs_have_names(specs: Specs) -> None:
    network = specs.load(
        "outputs: [stem, relu]\nbody: [{conv: 4, name: stem}, {relu: , name: relu}]"
    )
    checked_source(network.program)
    for training in (True, False):
        given = outputs(network, training=training)
        assert type(given).__name__ == "NetOutput"
        assert given._fields == ("stem", "relu")


def test_names_that_are_no_fields(specs: Specs) -> None:
    body = "body: [{conv: 4, name: stem}, {relu: , name: relu}]"
    network = specs.load(f"outputs: {{class: stem, _b: relu, b: stem}}\n{body}")
    checked_source(network.program)
    assert outputs(network, training=False)._fields == ("class_", "b", "b2")


TRAINED = "outputs: {main: head, extra: aux, train_only: [extra]}" + BODY.replace(
    "dropout: 0.5}", "dropout: 0.5, name: dropout}"
)


def test_one_that_is_left_is_given_bare(specs: Specs) -> None:
    network = specs.load(TRAINED)
    source = checked_source(network.program)
    assert "if self.training:\n            aux = self.aux(x)\n        x = self.head(x)" in source
    main, extra = outputs(network, training=True)
    assert (main.shape[1], extra.shape[1]) == (3, 2)
    left = outputs(network, training=False)
    assert isinstance(left, torch.Tensor)
    assert left.shape[1] == 3


def test_several_that_are_left_keep_their_names(specs: Specs) -> None:
    network = specs.load(TRAINED.replace("main: head", "main: head, stem: stem"))
    checked_source(network.program)
    left = outputs(network, training=False)
    assert left.extra is None
    assert [y.shape[1] for y in left if y is not None] == [3, 4]


def test_a_chain_of_steps_for_training(specs: Specs) -> None:
    text = """
outputs: {main: head, extra: end, train_only: [extra]}
body:
  - {conv: 4, name: stem}
  - {conv: 4, repeat: 3, name: deep}
  - {conv: 4, name: side, from: stem}
  - sum:
    from: deep[-1], side
  - {relu: , name: end}
  - {conv: 3, from: stem, name: head}
"""
    network = specs.load(text)
    source = checked_source(network.program)
    main, extra = outputs(network, training=True)
    assert (main.shape[1], extra.shape[1]) == (3, 4)
    assert source.count("if self.training:") == 2


def test_inputs_keep_their_names(specs: Specs) -> None:
    network = specs.load(
        """
inputs: {image: [3, 8, 8], input: [4]}
body:
  - {conv: 4, from: image}
  - relu
  - {mul: , from: "_, input"}
"""
    )
    source = checked_source(network.program)
    assert "def forward(self, image: torch.Tensor, input_: torch.Tensor)" in source
    assert "x = F.relu_(self.conv(image))" in source
