"""Whatever the spec, the emitted module does what the program says, and the file is clean."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings

import netspec
from netspec import SpecError
from tests.torch_backend.checks import assert_clean, checked_source
from tests.torch_backend.random_specs import specs

LARGEST = 300_000
"""Parameters; larger networks only take longer."""


def test_random_programs(tmp_path: Path) -> None:
    emitted = tmp_path / "emitted"
    emitted.mkdir()

    @settings(
        max_examples=80,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )
    @given(specs())
    def check(text: str) -> None:
        path = tmp_path / "drawn.yaml"
        path.write_text(text)
        try:
            network = netspec.load(path)
        except SpecError:
            assume(False)
        assume(network.params < LARGEST)
        source = checked_source(network.program)
        (emitted / f"drawn_{len(list(emitted.iterdir()))}.py").write_text(source)

    check()
    assert len(list(emitted.iterdir())) > 40
    assert_clean(emitted)
