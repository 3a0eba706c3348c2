"""Whatever the spec: what is computed of it is what its module has and does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

import netspec
from netspec.backends.torch import emit
from tests.examples import examples
from tests.random_programs.agreement import assert_agreement
from tests.random_programs.files import Spec, specs
from tests.torch_backend.checks import assert_clean


@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
def test_modules_are_as_computed(tmp_path: Path) -> None:
    @examples(500)
    @given(specs())
    def check(spec: Spec) -> None:
        network = netspec.load(spec.write(tmp_path))
        network.require_claims()
        assert network.program.outputs == spec.outputs
        assert_agreement(network.program)

    check()


def test_sources_are_clean(tmp_path: Path) -> None:
    emitted = tmp_path / "emitted"
    emitted.mkdir()

    @examples(150)
    @given(specs())
    def write(spec: Spec) -> None:
        network = netspec.load(spec.write(tmp_path))
        source = emit(network.program, network.cost)
        (emitted / f"drawn_{len(list(emitted.iterdir()))}.py").write_text(source)

    write()
    assert_clean(emitted)
