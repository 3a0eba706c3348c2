"""The function that makes the network, at the end of the file."""

from __future__ import annotations

from collections.abc import Iterator

from netspec.backends.torch.code import Call, Name
from netspec.backends.torch.source import docstrings
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.layout import lines
from netspec.backends.torch.source.printing import constructor_parameters


def factory_text(root: Class, name: str, spec: str) -> Iterator[str]:
    """`def densenet121(classes: int = 1000) -> DenseNet121:`."""
    signature = Call(Name(name), tuple(map(Name, constructor_parameters(root))))
    arguments = tuple(Name(parameter.name) for parameter in root.parameters)
    yield from lines("def ", signature, f" -> {root.name}:")
    yield from docstrings.of_body(f"The network of {spec}, with fresh weights.")
    yield from lines("return ", Call(Name(root.name), arguments), depth=1)
