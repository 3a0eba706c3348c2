"""The targets whose bytes depend on nothing but netspec and the spec, of every shipped network.

`python -m tests.goldens.targets SPEC...` prints a line of digests per network.
"""

from __future__ import annotations

import hashlib
import sys
from functools import cache

import netspec
from netspec import Network
from netspec.catalog import shipped
from netspec.cli.targets import TARGETS, render_target

BEST_KNOWN = {"resnet": "resnet50", "vgg": "vgg16", "resnext": "resnext50_32x4d"}
"""Of a file with variants the first stands for it, but where another is what people have read."""


def contents(network: Network) -> dict[str, bytes]:
    """What is written, by the ending of the file."""
    targets = "torch", "dot", "json"
    return {TARGETS[target][0]: render_target(network, target) for target in targets}


def digests(network: Network) -> str:
    """The network's name, and the first half of the SHA-256 of each content."""
    short = (hashlib.sha256(content).hexdigest()[:32] for content in contents(network).values())
    return " ".join([f"{network.name:24}", *short])


@cache
def addresses() -> dict[str, list[str]]:
    """The networks of each shipped file."""
    return {
        name: [f"{name}@{variant}" for variant in variants] or [name]
        for name, variants in shipped().items()
    }


def representatives() -> list[str]:
    """A network of each shipped file."""
    return [BEST_KNOWN.get(name, networks[0]) for name, networks in addresses().items()]


if __name__ == "__main__":
    for address in sys.argv[1:]:
        print(digests(netspec.load(address)))
