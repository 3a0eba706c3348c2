"""Constructor parameters of shared classes."""

from __future__ import annotations

import pytest

from tests.language.programs import Specs


def test_a_whole_float_in_a_list_is_not_handed_on_to_torch(specs: Specs) -> None:
    network = specs.load(
        """
        blocks:
          unit:
            params: {kernel: list, padding: list}
            body: [{conv: {out: 8, kernel: kernel, padding: padding}}, bn]
        body:
          - unit: {kernel: [1, 3], padding: [0.0, 1]}
          - unit: {kernel: [3, 1], padding: [1, 0]}
        """
    )
    network.compare()
    assert "0.0" not in network.source()


@pytest.mark.parametrize(
    "never", ["0 ** -1", "'a' - 3", "'a' < 3", "'a' * 9999999999", "9 ** 9 ** 9", "1 // 0"]
)
def test_a_branch_that_is_never_taken_may_have_no_value(never: str, specs: Specs) -> None:
    network = specs.load(
        f"""
        blocks:
          unit:
            params: {{w: int}}
            body: [{{conv: "w if w < 100 else {never}"}}, bn]
        body:
          - unit: 8
          - unit: 16
          - unit: 24
        """
    )
    assert "nn.Conv2d(in_channels, w, 1)" in network.source()
