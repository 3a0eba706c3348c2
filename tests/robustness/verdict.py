"""What netspec says of a spec, and whether torch says the same."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

import torch

import netspec
from netspec.catalog import document, documents
from netspec.diagnostics import CODES, Diagnostic, render
from netspec.network import Network
from tests.robustness.judge import JUDGED, torch_judges

SECONDS = 5


class Verdict(NamedTuple):
    """The network, or what is wrong with the spec."""

    network: Network | None
    faults: tuple[Diagnostic, ...] = ()

    @property
    def codes(self) -> set[str]:
        return {fault.code for fault in self.faults}


def verdict_on(address: str) -> Verdict:
    """What netspec says of one network, soon; any exception but a `SpecError` goes on."""
    start = time.process_time()
    try:
        verdict = Verdict(Network(document(address), {}, {}))
    except netspec.SpecError as error:
        verdict = Verdict(None, error.diagnostics)
    assert time.process_time() - start < SECONDS
    assert_useful(verdict.faults)
    return verdict


def answer_all(path: Path) -> None:
    """Every network of a file is checked, with its claims, or diagnosed."""
    start = time.process_time()
    try:
        for each in documents(str(path)):
            Network(each, {}, {}).require_claims()
    except netspec.SpecError as error:
        assert_useful(error.diagnostics)
    assert time.process_time() - start < SECONDS


def assert_useful(faults: tuple[Diagnostic, ...]) -> None:
    """Each has a code, and a place inside the text that it names."""
    for fault in faults:
        assert fault.code in CODES
        assert fault.message.strip()
        assert render(fault)
        if fault.span is None:
            assert fault.code.startswith("NS0"), render(fault)
        else:
            assert 1 <= fault.span.line <= len(fault.span.source.lines), render(fault)


def require_module(network: Network) -> None:
    """The emitted module is built on the meta device, has the figures, and runs on a batch."""
    network.compare()
    module = network.module(device="meta", dtype=torch.float32).eval()
    inputs = [
        torch.empty(2, *given.shape, dtype=getattr(torch, given.dtype), device="meta")
        for given in network.program.inputs
    ]
    given = module(*inputs)
    outputs = [x for x in (given if isinstance(given, tuple) else (given,)) if x is not None]
    expected = [(2, *x.shape) for x in network.program.eval_outputs]
    assert [tuple(x.shape) for x in outputs] == expected


def torch_agrees(address: str, verdict: Verdict) -> bool:
    """Whether torch, too, refuses what netspec refuses for its shapes alone."""
    if not verdict.codes or not verdict.codes <= JUDGED:
        return True
    return any(_refused_by_torch(address, device) for device in ("meta", "cpu"))


def _refused_by_torch(address: str, device: str) -> bool:
    with torch_judges(device):
        try:
            Network(document(address), {}, {})
        except netspec.SpecError:
            return True
    return False
