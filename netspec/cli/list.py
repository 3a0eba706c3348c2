"""`netspec list`: the shipped specs and variants, a line each."""

from __future__ import annotations

import argparse

from netspec.catalog import document, shipped
from netspec.syntax.nodes import Mapping, Scalar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def run(options: argparse.Namespace) -> int:
    addresses = [
        f"{name}@{variant}" if variants else name
        for name, variants in shipped().items()
        for variant in (variants or [""])
    ]
    width = max(map(len, addresses))
    for address in addresses:
        print(f"{address.ljust(width)}  {_about(address)}")
    return 0


def _about(address: str) -> str:
    root = document(address).root
    about = root.get("about") if isinstance(root, Mapping) else None
    return about.text if isinstance(about, Scalar) else ""
