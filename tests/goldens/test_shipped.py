"""What is written of the shipped networks, held against files that were read and found good.

`shipped/` holds one network of every spec file, `digests.txt` all of them. `pytest tests/goldens
--update-goldens` rewrites them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import netspec
from tests.golden import Golden
from tests.goldens.targets import addresses, contents, digests, representatives

FOLDER = Path(__file__).parent
SHIPPED = FOLDER / "shipped"
LONGEST = 100_000
"""What is longer (some tables as JSON) is held by its digest alone."""


@pytest.mark.parametrize("address", representatives())
def test_a_network_of_every_file(address: str, golden: Golden) -> None:
    network = netspec.load(address)
    for ending, content in contents(network).items():
        if len(content) <= LONGEST:
            golden(content, SHIPPED / f"{network.name}.{ending}")


def test_digests_of_every_network(golden: Golden) -> None:
    networks = [netspec.load(address) for variants in addresses().values() for address in variants]
    lines = "".join(f"{digests(network)}\n" for network in networks)
    golden(lines.encode(), FOLDER / "digests.txt")


def test_no_golden_is_left_over() -> None:
    names = [netspec.load(address).name for address in representatives()]
    required = {f"{name}.{ending}" for name in names for ending in ("py", "dot")}
    found = {path.name for path in SHIPPED.iterdir()}
    assert required <= found <= required | {f"{name}.json" for name in names}
