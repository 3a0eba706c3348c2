"""Networks under `torch.compile`: one graph each, for every batch size, in both modes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn
from torch._dynamo.testing import CompileCounter

from netspec import Network
from tests.torch_backend.networks import FEATURES, SHIPPED, inputs_of, network, outputs_of
from tests.torch_backend.test_drop_join import ONE_COLUMN, joins, means

ASKING_FOR_THE_MODE = (
    "fractalnet160",
    "googlenet",
    "inception_v1",
    "inception_v3",
    "stochastic_depth110",
)
"""Networks whose own code does other things in training."""
OF_LAYERS_THAT_ASK = ("densenet121", "vgg11", "vit_b_16")
"""Networks of which only torch's layers do: batch normalisation, dropout, attention."""
inductor = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    torch._dynamo.reset()
    yield
    torch._dynamo.reset()


@pytest.mark.parametrize("name", [*SHIPPED, *FEATURES])
def test_it_is_one_graph_for_every_batch_size(name: str) -> None:
    net = network(name)
    assert ("training" in net.source()) == (name in ASKING_FOR_THE_MODE)
    module = net.module().eval()
    outputs, inputs = compiled_as_one_graph(net, module)
    torch.testing.assert_close(outputs_of(outputs), outputs_of(module(*inputs)))


@pytest.mark.parametrize("name", [*ASKING_FOR_THE_MODE, *OF_LAYERS_THAT_ASK, *FEATURES])
def test_so_it_is_in_training(name: str) -> None:
    """Networks that do not ask for the mode run the same lines in both."""
    net = network(name)
    compiled_as_one_graph(net, net.module().train())


def compiled_as_one_graph(net: Network, module: nn.Module) -> tuple[object, list[torch.Tensor]]:
    """What the compiled module gives for the last of two batches, and that batch."""
    graphs = CompileCounter()
    compiled = torch.compile(module, fullgraph=True, backend=graphs)
    for batch in (3, 2):
        inputs = inputs_of(net, batch)
        for x in inputs:
            torch._dynamo.mark_dynamic(x, 0)
        outputs = compiled(*inputs)
    assert graphs.frame_count == 1
    return outputs, inputs


@inductor
@pytest.mark.parametrize("name", ["lenet5", "wide_and_deep", "resnext_block_split"])
def test_inductor_compiles_it(name: str) -> None:
    net = network(name)
    module, inputs = net.module().eval(), inputs_of(net)
    compiled = torch.compile(module, fullgraph=True)
    torch.testing.assert_close(compiled(*inputs), module(*inputs), rtol=1e-4, atol=1e-4)


@inductor
def test_inductor_draws_columns_anew_each_time(tmp_path: Path) -> None:
    compiled = torch.compile(joins(tmp_path, 0.15, 1).train(), fullgraph=True)
    assert means(compiled, 40).keys() == ONE_COLUMN


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA graphs")
@pytest.mark.parametrize("name", SHIPPED)
def test_it_runs_as_a_cuda_graph(name: str) -> None:
    net = network(name)
    module = net.module(device="cuda").eval()
    inputs = [x.cuda() for x in inputs_of(net)]
    compiled = torch.compile(module, fullgraph=True, mode="reduce-overhead")
    for _ in range(3):
        outputs = [y.clone() for y in outputs_of(compiled(*inputs))]
    torch.testing.assert_close(outputs, outputs_of(module(*inputs)), rtol=1e-2, atol=1e-2)
