"""The way back from a pool: maps as large as those that its indices speak of."""

from __future__ import annotations

import pytest
import torch

from tests.language.programs import Specs


@pytest.mark.parametrize("size", ["[2, 9, 9]", "[2, 9, 8]", "[2, 8, 9]", "[2, 8, 8]", "[2, 9]"])
def test_unpooling_is_as_large_as_what_was_pooled(specs: Specs, size: str) -> None:
    network = specs.load(
        "body:\n  - {max_pool: 2, name: p}\n  - max_unpool: 2\n    from: p, p.indices\n", input=size
    )
    assert network.output_shape == network.input_shape
    x = torch.rand(3, *network.input_shape)
    y = network.module()(x)
    kept = y != 0
    torch.testing.assert_close(y[kept], x[kept])
    assert kept.sum() == 3 * network.program.root.calls[0].outputs[0].type.elements


def test_indices_through_a_block_keep_their_map(specs: Specs) -> None:
    network = specs.load(
        """
blocks: {back: {inputs: [x, where], body: [max_unpool]}}
body:
  - {max_pool: , name: p}
  - back:
    from: {x: p, where: p.indices}
""",
        input="[2, 9, 7]",
    )
    assert network.output_shape == (2, 9, 7)


def test_another_size_than_the_pooled_map_is_refused(specs: Specs) -> None:
    text = "body:\n  - {max_pool: 2, name: p}\n  - max_unpool: {size: 8}\n    from: p, p.indices\n"
    assert specs.faults(text, input="[2, 9, 9]") == ["NS303"]
