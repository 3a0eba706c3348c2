"""Constructor parameters of shared classes."""

from __future__ import annotations

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
