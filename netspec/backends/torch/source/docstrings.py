"""Docstrings of the emitted file."""

from __future__ import annotations

from collections.abc import Sequence

from netspec.analysis.cost import Cost
from netspec.backends.torch.source.prose import WIDTH, wrapped
from netspec.backends.torch.source.titles import network_name
from netspec.backends.torch.source.wrapping import INDENT
from netspec.backends.torch.source.written import Written
from netspec.program import Program
from netspec.tensor import Tensor

QUOTES = '"""'


def of_module(program: Program, cost: Cost, written: Written | None) -> list[str]:
    """What the network is, where it is from, its figures, its shapes."""
    inputs = _listed(program.inputs, [value.name for value in program.root.inputs])
    outputs = _listed(program.outputs, program.root.output_names)
    details = [
        _reference(program),
        f"{cost.params:,} parameters, {cost.macs:,} multiply-accumulates per sample.",
        f"Input {inputs}, output {outputs}. {_emitted(program, written)}",
    ]
    about = wrapped(program.about or "", QUOTES) or wrapped(f"{network_name(program)}.", QUOTES)
    return [*about, "", *(line for text in details for line in wrapped(text)), QUOTES]


def _emitted(program: Program, written: Written | None) -> str:
    if written is None:
        return f"Emitted by netspec from {program.name}."
    return f"Emitted by netspec from {written.name}, sha256:{written.digest}."


def _listed(types: Sequence[Tensor], names: Sequence[str | None]) -> str:
    """The tensors, with their names if there are several."""
    if len(types) == 1 or len(names) != len(types):
        return ", ".join(map(str, types))
    return ", ".join(f"{name or 'x'} {type}" for name, type in zip(names, types, strict=True))


def of_body(about: str) -> list[str]:
    """A docstring in the body of a class or function."""
    margin = " " * INDENT
    lines = wrapped(about, margin + QUOTES, margin)
    if len(lines) > 1:
        return [*lines, margin + QUOTES]
    if len(lines[0]) + len(QUOTES) <= WIDTH:
        return [lines[0] + QUOTES]
    return [*wrapped(about, margin + QUOTES, margin, WIDTH - len(QUOTES)), margin + QUOTES]


def _reference(program: Program) -> str:
    """The paper, as the spec gives it."""
    source = program.source
    parts = [str(source[key]) for key in ("title", "where") if key in source]
    parts += [f"arXiv:{source['arxiv']}"] if "arxiv" in source else []
    parts += [f"doi:{source['doi']}"] if "doi" in source else []
    return ", ".join(parts) + "." if parts else ""
