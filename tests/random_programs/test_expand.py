"""Whatever the spec: `netspec expand` writes one of the same program."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given

import netspec
from netspec.analysis.state import state_dict
from netspec.backends.torch import emit
from tests.examples import examples
from tests.random_programs.files import Spec, specs


def test_the_expanded_spec_is_the_same_program(tmp_path: Path) -> None:
    @examples(100)
    @given(specs())
    def check(spec: Spec) -> None:
        network = netspec.load(spec.write(tmp_path))
        (tmp_path / "expanded.yaml").write_text(network.expanded())
        expanded = netspec.load(tmp_path / "expanded.yaml")
        expanded.require_claims()
        assert (expanded.name, expanded.cost) == (network.name, network.cost)
        assert state_dict(expanded.program) == state_dict(network.program)
        sources = [emit(each.program, each.cost) for each in (expanded, network)]
        assert sources[0] == sources[1]

    check()
