"""FractalNet's drop-path (Larsson et al. 2017, section 3): what joins are in training."""

from __future__ import annotations

import copy
import math
import pickle
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from netspec.analysis.cost import Costs
from netspec.backends.torch import build_module, emit
from netspec.ops.join import DropJoin
from tests.language.programs import Specs
from tests.torch_backend.by_hand import single
from tests.torch_backend.op_cases import SHAPES

JOINS = """
body:
  - branches:
      - branches: [identity, scale: 2]
        merge: {{drop_join: {{p: {p}, global: {share}}}}}
      - branches: [identity, scale: 2, scale: 4]
        merge: {{drop_join: {{p: {p}, global: {share}}}}}
    merge: concat
"""
"""A join of two columns and one of three; of ones they make what columns they have left."""
EVALUATED = (1.5, 7 / 3)
ONE_COLUMN = {(1.5, 1.0), (1.0, 2.0), (2.0, 4.0)}
"""The shallowest of three, the middle one, the deepest."""


def joins(folder: Path, p: float, share: float) -> nn.Module:
    return Specs(folder).load(JOINS.format(p=p, share=share), input="[1]").module()


def means(module: Callable[[torch.Tensor], torch.Tensor], times: int) -> Counter[tuple[float, ...]]:
    """What the two joins are, over a number of forwards; all samples are alike."""
    torch.manual_seed(0)
    counted: Counter[tuple[float, ...]] = Counter()
    for _ in range(times):
        y = module(torch.ones(3, 1))
        assert (y == y[0]).all()
        counted[tuple(round(value, 4) for value in y[0].tolist())] += 1
    return counted


def test_evaluation_takes_the_mean(tmp_path: Path) -> None:
    y = joins(tmp_path, 0.5, 0.5).eval()(torch.ones(3, 1))
    torch.testing.assert_close(y, torch.tensor([EVALUATED] * 3))


def test_globally_every_join_is_of_the_same_column(tmp_path: Path) -> None:
    counted = means(joins(tmp_path, 0.15, 1), 600)
    assert counted.keys() == ONE_COLUMN
    assert all(150 < count < 250 for count in counted.values())


def test_locally_each_join_drops_its_own(tmp_path: Path) -> None:
    """All three survive with probability 0.85^3; if none would, one does."""
    counted = means(joins(tmp_path, 0.15, 0), 1000)
    wide: Counter[float] = Counter()
    for (_, mean), count in counted.items():
        wide[mean] += count
    assert wide.keys() <= {1, 2, 4, 1.5, 2.5, 3, 2.3333}
    assert 570 < wide[2.3333] < 660
    assert len(counted) > len(wide)


def test_one_column_is_left_where_all_are_dropped(tmp_path: Path) -> None:
    counted = means(joins(tmp_path, 1, 0), 200)
    assert {narrow for narrow, _ in counted} == {1, 2}
    assert {wide for _, wide in counted} == {1, 2, 4}


def test_both_ways_in_the_proportion_of_the_spec(tmp_path: Path) -> None:
    counted = means(joins(tmp_path, 0, 0.25), 800)
    locally = counted.pop(tuple(round(mean, 4) for mean in EVALUATED))
    assert counted.keys() == ONE_COLUMN
    assert 550 < locally < 650


def test_a_join_by_itself_draws_for_itself(tmp_path: Path) -> None:
    join = joins(tmp_path, 0.15, 1).get_submodule("drop_join2")
    torch.manual_seed(0)
    columns = torch.eye(3)
    drawn = [tuple(join(*columns).tolist()) for _ in range(60)]
    assert set(drawn) == {(1, 0, 0), (0, 1, 0), (0, 0, 1)}


def test_a_network_whose_joins_are_left_out(tmp_path: Path) -> None:
    """As a class that others construct for one column."""
    network = joins(tmp_path, 0.15, 1).train()
    drawing: Any = type(network.get_submodule("drop_join2"))
    drawing.draw(nn.Identity(), torch.device("cpu"))
    drawing.draw(network, torch.device("cpu"))
    assert network.get_submodule("drop_join2").drawn is not None


def test_what_is_dropped_may_be_infinite(tmp_path: Path) -> None:
    """It is left out, not multiplied with zero."""
    join = joins(tmp_path, 0.15, 1).get_submodule("drop_join2")
    torch.manual_seed(0)
    columns = torch.tensor([[1.0], [math.inf], [math.nan]], dtype=torch.bfloat16)
    drawn = [join(*columns) for _ in range(60)]
    assert {str(y.item()) for y in drawn} == {"1.0", "inf", "nan"}
    assert {y.dtype for y in drawn} == {torch.bfloat16}


def shares(arguments: dict[str, float], shape: tuple[int, ...], times: int) -> torch.Tensor:
    """The gradients to each of three columns, `[times, 3]`; they are what the join multiplies."""
    program = single(DropJoin.model_validate(arguments), shape, shape, shape)
    join = build_module(program, emit(program, Costs(program).total)).train()
    torch.manual_seed(0)
    columns = [torch.randn(2, *shape, requires_grad=True) for _ in range(3)]
    drawn = []
    for _ in range(times):
        y = join(*columns)
        gradients = torch.autograd.grad(y.sum(), columns)
        assert all((gradient == gradient.flatten()[0]).all() for gradient in gradients)
        torch.testing.assert_close(y, sum(g * x for g, x in zip(gradients, columns, strict=True)))
        drawn.append([float(gradient.flatten()[0]) for gradient in gradients])
    return torch.tensor(drawn)


@pytest.mark.parametrize("shape", SHAPES)
def test_only_the_columns_left_have_gradients(shape: tuple[int, ...]) -> None:
    """Those left share equally; where all would be dropped, with `p`^3, one of three is left."""
    p = 0.4
    drawn = shares({"p": p, "global": 0}, shape, 600)
    left = drawn != 0
    torch.testing.assert_close(drawn, left / left.sum(1, keepdim=True))
    for survived in left.double().mean(0).tolist():
        assert survived == pytest.approx(1 - p + p**3 / 3, abs=0.08)
    both = (left[:, 0] & left[:, 1]).double().mean().item()
    assert both == pytest.approx((1 - p) ** 2, abs=0.08)


def test_globally_one_column_has_the_whole_gradient() -> None:
    drawn = shares({"p": 0.4, "global": 1}, (6,), 600)
    assert drawn.sort(1).values.tolist() == 600 * [[0, 0, 1]]
    assert drawn.mean(0).tolist() == pytest.approx([1 / 3] * 3, abs=0.08)


def test_compiled_it_draws_anew_each_time(tmp_path: Path) -> None:
    network = joins(tmp_path, 0.15, 1)
    compiled = torch.compile(network, fullgraph=True, backend="eager")
    assert means(compiled, 40).keys() == ONE_COLUMN
    network.eval()
    assert means(compiled, 2).keys() == {(1.5, 2.3333)}


def test_it_goes_wherever_modules_go(tmp_path: Path) -> None:
    network = joins(tmp_path, 0.15, 1)
    means(network, 1)
    for moved in (copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        assert means(moved, 40).keys() == ONE_COLUMN
    assert network.to("meta")(torch.ones(3, 1, device="meta")).device.type == "meta"
    assert network.state_dict() == {}


@pytest.mark.parametrize("flatten", ["true", "false"])
def test_joins_that_meet_become_one(tmp_path: Path, flatten: str) -> None:
    join = f"{{drop_join: {{p: 0.1, flatten: {flatten}}}}}"
    body = f"""
    body:
      - branches:
          - identity
          - branches: [relu, tanh]
            merge: {join}
        merge: {join}
    """
    *_, last = Specs(tmp_path).load(body).program.root.calls
    assert len(last.inputs) == (3 if flatten == "true" else 2)
