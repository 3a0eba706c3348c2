"""The live module: the emitted source, executed as a Python module of its own.

torch is imported only when it is called.
"""

from __future__ import annotations

import hashlib
import linecache
import re
import sys
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

from netspec.backends.torch.source.names import variable
from netspec.diagnostics import SpecError, fault
from netspec.program import Program

if TYPE_CHECKING:
    import torch
    from torch import nn

    from netspec.backends.torch.placement import Placement


def build_module(
    program: Program,
    source: str,
    device: Any = None,
    dtype: torch.dtype | str | None = None,
    memory_format: torch.memory_format | str | None = None,
) -> nn.Module:
    """The network that `source` defines, its weights made in place on the device in that type.

    Raises `SpecError`: NS004 without torch, NS008 for a device that is not there.
    """
    import_torch()
    from netspec.backends.torch.placement import Placement

    placement = Placement.of(device, dtype, memory_format)
    return instance(program.name, source, placement, program.spec)


def instance(title: str, source: str, placement: Placement, spec: str = "") -> nn.Module:
    """The network that `source` defines, made there; `title` is what to call its Python module,
    `spec` the path of its spec.
    """
    name = f"netspec_{variable(title)}_{hashlib.sha256(source.encode()).hexdigest()[:12]}"
    network = getattr(load_source(source, name, spec), _classes(source)[-1])
    with placement.construction():
        module: nn.Module = network()
    placement.settle(module)
    return module


def import_torch() -> Any:
    """The torch package; raises `SpecError` (NS004) if there is none."""
    try:
        import torch
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise _broken(error) from None
        hint = "`pip install torch`; `netspec build` writes the source without it"
        raise fault(
            "NS004", "a module is made by torch, which is not installed", hint=hint
        ) from None
    except (ImportError, OSError) as error:
        raise _broken(error) from None
    return torch


def _broken(error: Exception) -> SpecError:
    hint = "`python -c 'import torch'` shows where"
    return fault("NS004", f"torch is installed and cannot be imported: {error}", hint=hint)


def _classes(source: str) -> list[str]:
    return re.findall(r"^class (\w+)", source, re.MULTILINE)


# --------------------------------------------------------------------------------- source to module


class _Loader(InspectLoader):
    """Executes a text that `inspect`, `linecache` and tracebacks then find under `path`."""

    def __init__(self, source: str, path: str) -> None:
        self.source, self.path = source, path

    def get_source(self, fullname: str) -> str:
        return self.source

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.source, self.path)


SPECS: dict[str, str] = {}
"""The paths of the specs of executed sources, by the names of their modules."""


def load_source(source: str, name: str, spec: str = "") -> ModuleType:
    """The module of that name in `sys.modules`, executed from the source if it is not there yet.
    `spec` is the path of its spec, for what is said of errors.
    """
    SPECS[name] = spec
    if name in sys.modules:
        return sys.modules[name]
    path = f"<{name}>"
    loader = _Loader(source, path)
    module = module_from_spec(ModuleSpec(name, loader, origin=path))
    module.__file__ = path
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    loader.exec_module(module)
    _carry_source(module, source)
    _note_errors(module, source)
    sys.modules[name] = module
    return module


def _carry_source(module: ModuleType, source: str) -> None:
    """Make instances of the module's classes take the source along into another process."""
    from torch import nn

    for cls in list(vars(module).values()):
        if (
            isinstance(cls, type)
            and issubclass(cls, nn.Module)
            and cls.__module__ == module.__name__
        ):
            cls.__reduce_ex__ = _reduction(cls, source)  # type: ignore[method-assign]


def _note_errors(module: ModuleType, source: str) -> None:
    """Make errors in the forward of the network say which line of the spec they come from. That is
    looked up when one is raised; until then a call costs one more call.
    """
    import torch

    if not (names := _classes(source)):
        return
    plain = torch.nn.Module.__call__

    def call(self: nn.Module, *inputs: Any, **options: Any) -> Any:
        if torch.compiler.is_compiling():
            return plain(self, *inputs, **options)
        try:
            return plain(self, *inputs, **options)
        except Exception as error:
            from netspec.backends.torch.notes import annotate

            annotate(error, self, source, str(module.__file__), SPECS[module.__name__])
            raise

    getattr(module, names[-1]).__call__ = call


def _reduction(cls: type, source: str) -> Any:
    def reduce_ex(self: nn.Module, protocol: Any) -> Any:
        plain = object.__reduce_ex__(self, protocol)
        if type(self) is not cls:
            return plain
        spec = SPECS.get(cls.__module__, "")
        return (restored, (source, cls.__module__, cls.__name__, spec), plain[2])

    return reduce_ex


def restored(source: str, module: str, cls: str, spec: str = "") -> nn.Module:
    """An empty instance of a class of emitted source: what pickles of its instances call."""
    made = getattr(load_source(source, module, spec), cls)
    instance: nn.Module = made.__new__(made)
    return instance


# -------------------------------------------------------------------------------------- measurement


def meta_module(program: Program, source: str) -> nn.Module:
    """The module without memory, of float32, in eval mode."""
    torch = import_torch()
    return build_module(program, source, device="meta", dtype=torch.float32).eval()


def outputs_and_macs(module: nn.Module, program: Program) -> tuple[list[tuple[int, ...]], int]:
    """Output shapes and multiply-accumulates, by torch's own counter, of one sample on meta;
    outputs that only training has are left out.
    """
    torch = import_torch()
    from torch.utils.flop_counter import FlopCounterMode

    inputs = [
        torch.empty(1, *given.shape, dtype=getattr(torch, given.dtype), device="meta")
        for given in program.inputs
    ]
    with FlopCounterMode(display=False) as counter:
        result = module(*inputs)
    outputs = [x for x in (result if isinstance(result, tuple) else (result,)) if x is not None]
    return [tuple(output.shape[1:]) for output in outputs], counter.get_total_flops() // 2
