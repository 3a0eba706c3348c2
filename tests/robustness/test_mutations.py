"""Every shipped spec, changed at random: it is refused where torch refuses it, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netspec.catalog import documents
from netspec.network import Network
from tests.examples import examples
from tests.robustness import shipped
from tests.robustness.judge import torch_judges
from tests.robustness.mutations import Mutant, texts, trees
from tests.robustness.verdict import answer_all, require_module, torch_agrees, verdict_on


def test_text(tmp_path: Path) -> None:
    """Changed text is accepted or diagnosed, claims included."""
    path = shipped.stage(tmp_path)

    @examples(80)
    @given(st.one_of(texts(), st.text(max_size=200).map(lambda text: Mutant(text, ""))))
    def check(mutant: Mutant) -> None:
        path.write_bytes(mutant.text.encode("utf-8", "surrogatepass"))
        answer_all(path)

    check()


@pytest.mark.filterwarnings("ignore")
def test_steps(tmp_path: Path) -> None:
    """Changed steps: no false accept, no false reject."""
    path = shipped.stage(tmp_path)

    @examples(50)
    @given(st.one_of(trees(), trees(), texts()))
    def check(mutant: Mutant) -> None:
        path.write_bytes(mutant.text.encode("utf-8", "surrogatepass"))
        address = f"{path}@{mutant.variant}" if mutant.variant else str(path)
        verdict = verdict_on(address)
        if verdict.network is not None:
            require_module(verdict.network)
        assert torch_agrees(address, verdict), [fault.message for fault in verdict.faults]

    check()


@pytest.mark.parametrize("name", shipped.names())
def test_torch_gives_the_shapes_of_the_shipped_specs(name: str) -> None:
    for each in documents(name):
        network = Network(each, {}, {})
        with torch_judges():
            judged = Network(each, {}, {})
        assert judged.program.outputs == network.program.outputs
        assert judged.cost == network.cost
