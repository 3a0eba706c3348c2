"""Modules from elsewhere, what goes wrong in them, and the memory that they take."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from netspec import SpecError
from netspec.backends.torch.bench import Contestant, Settings, memory, of_function
from netspec.backends.torch.bench.contestant import failed
from netspec.backends.torch.bench.inputs import Sample
from netspec.backends.torch.bench.memory import peak_memory
from netspec.backends.torch.bench.settings import prepared
from netspec.backends.torch.placement import Placement
from tests.bench import nets

CPU = Placement.of("cpu", "float32")
NETS = nets.__name__


def test_a_function_or_class_makes_the_module_in_its_place() -> None:
    module = of_function(f"{NETS}:tiny").make(Placement.of("meta", "bfloat16"))
    assert {(x.device.type, x.dtype) for x in module.parameters()} == {("meta", torch.bfloat16)}
    assert isinstance(of_function(f"{NETS}:Nested.small").make(CPU), nets.Wide)


def test_modules_are_found_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nets_of_mine.py").write_text("from torch import nn\n\nnet = nn.Identity\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    assert isinstance(of_function("nets_of_mine:net").make(CPU), torch.nn.Identity)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("no.such.package:net", "cannot be imported: ModuleNotFoundError: No module named 'no'"),
        (f"{NETS}:missing", "cannot be imported: AttributeError"),
        (f"{NETS}:", "cannot be imported"),
        (f"{NETS}:number", "is no function"),
        (f"{NETS}:no_module", "returns no `nn.Module`, but list"),
        (f"{NETS}:broken", "fails: ValueError: no weights"),
        (f"{NETS}:Sleeping", "fails: TypeError: "),
    ],
)
def test_what_is_no_module(address: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        of_function(address).make(CPU)
    (found,) = caught.value.diagnostics
    assert found.code == "NS009"
    assert found.message.startswith(f"`{address}` {said}")
    assert "\n" not in found.message


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("mine.py:net", "`--against mine:net`"),
        ("./sub/mine.py:net", "`--against sub.mine:net`"),
        ("mine.py", "`--against mine:function`"),
        (f"{NETS}:tinny", "did you mean `tiny`?"),
        (f"{NETS}:number", "`--against` takes a spec, or a package's module and a function in it"),
    ],
)
def test_what_to_write_for_it(address: str, hint: str) -> None:
    with pytest.raises(SpecError) as caught:
        of_function(address).make(CPU)
    (found,) = caught.value.diagnostics
    assert found.code == "NS009"
    assert found.hint is not None
    assert found.hint.startswith(hint)


OWN = """\
from torch import nn


def helper():
    raise ValueError("my bug")


def boom():
    return nn.Sequential(helper())


class Net(nn.Module):
    def forward(self, x):
        return x.view(-1)[:, 0]
"""


def test_an_error_in_a_function_is_shown_where_it_was_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "with_errors.py").write_text(OWN)
    (tmp_path / "with_imports.py").write_text("import no_such_module\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for address, place in (("with_errors:boom", "5:5"), ("with_imports:net", "1:1")):
        with pytest.raises(SpecError) as caught:
            of_function(address).make(CPU)
        (note,) = caught.value.diagnostics[0].notes
        assert (note.message, str(note.span)) == (
            "raised here",
            f"{address.split(':')[0]}.py:{place}",
        )
        assert caught.value.diagnostics[0].hint is None


def test_an_error_in_a_forward_is_shown_where_it_was_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "with_a_forward.py").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    net = of_function("with_a_forward:Net")
    with pytest.raises(SpecError) as caught:
        prepared(net, Settings(CPU), [Sample((3,))])()
    (note,) = caught.value.diagnostics[0].notes
    assert str(note.span) == "with_a_forward.py:14:9"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError("sizes differ"), "NS801"),
        (AssertionError(), "NS801"),
        (MemoryError(), "NS802"),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), "NS802"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "NS802"),
        (RuntimeError("Storage size calculation overflowed"), "NS802"),
        (TypeError("Overflow when unpacking long long"), "NS802"),
        (OverflowError("math range error"), "NS801"),
    ],
)
def test_what_goes_wrong_in_a_module(error: Exception, code: str) -> None:
    error.add_note("in the spec's line 3")
    (found,) = failed("net", error).diagnostics
    assert found.code == code
    assert type(error).__name__ in found.message
    assert [note.message for note in found.notes] == (
        ["in the spec's line 3"] if code == "NS801" else []
    )


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
@pytest.mark.parametrize(("training", "times"), [(False, 1), (True, 3)])
def test_peak_memory_is_that_of_weights_and_activations(training: bool, times: int) -> None:
    """50 samples make 200 MB; for its gradient the loss keeps logarithms of as much."""
    settings = Settings(CPU, batch=50, training=training)
    peak = peak_memory(Contestant("wide", nets.wide), settings, [Sample((1,))])
    assert peak is not None
    assert 200e6 < peak < 1.25 * times * 200e6


def test_a_process_that_the_system_ends() -> None:
    with pytest.raises(SpecError, match=r"net needs more memory.*ended its process"):
        peak_memory(Contestant("net", nets.killed), Settings(CPU), [Sample((1,))])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_peak_memory_on_cuda_is_the_allocators() -> None:
    settings = Settings(Placement.of("cuda", "float32"), batch=50)
    peak = peak_memory(Contestant("wide", nets.wide), settings, [Sample((1,))])
    assert peak is not None
    assert 200e6 < peak < 250e6


@pytest.mark.parametrize("status", [None, "Name:\tpython\n", "VmHWM:\t1 kB\n"])
def test_there_is_no_peak_memory_where_the_system_does_not_tell(
    status: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "PROCESS", tmp_path if status else tmp_path / "missing")
    if status:
        (tmp_path / "status").write_text(status)
    assert memory._peak_of_process()() is None
