"""Files of weights: safetensors files and torch's own, told apart by what is in them."""

from __future__ import annotations

import pickle
import re
import warnings
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netspec.backends.torch.module import import_torch
from netspec.diagnostics import SpecError, fault
from netspec.diagnostics.formats.characters import printable

if TYPE_CHECKING:
    import torch
    from torch import nn

    Tensors = dict[str, torch.Tensor]

ZIP, PICKLE = b"PK\x03\x04", b"\x80"
"""How files of `torch.save` start: since PyTorch 1.6, and before."""
NESTS = ("state_dict", "model_state_dict", "model", "net", "weights")
"""Under which keys training scripts put the state dict."""
MAX_NESTS = 4


def read_checkpoint(path: Path) -> Tensors:
    """The tensors of a file by their keys, mapped into memory where the format allows it.

    Raises `SpecError`: NS001 for a file that cannot be read, NS703 for one that holds no weights or
    more than weights, NS004 without torch or safetensors.
    """
    torch = import_torch()
    try:
        with path.open("rb") as file:
            start = file.read(9)
    except OSError as error:
        raise fault("NS001", f"cannot read {path}: {error.strerror}") from None
    if start[8:] == b"{":
        return _read_safetensors(path)
    if not start.startswith((ZIP, PICKLE)):
        raise _unreadable(path, "it is neither a safetensors file nor one of `torch.save`")
    return _tensors(torch, path, _read_torch(torch, path, mapped=start.startswith(ZIP)))


def _read_safetensors(path: Path) -> Tensors:
    safetensors = _import_safetensors()
    try:
        return dict(safetensors.torch.load_file(path))
    except Exception as error:  # whatever the parser makes of hostile bytes
        raise _unreadable(
            path, f"it is not a whole safetensors file: {_first_sentence(error)}"
        ) from None


def _import_safetensors() -> Any:
    """The package, with torch's part of it; raises `SpecError` (NS004) if there is none."""
    try:
        import safetensors
        import safetensors.torch
    except ModuleNotFoundError:
        message = "safetensors files need the package safetensors, which is not installed"
        raise fault("NS004", message, hint="`pip install safetensors`") from None
    return safetensors


def _read_torch(torch: Any, path: Path, mapped: bool) -> Any:
    """What a file of `torch.save` holds: tensors and plain values alone, whatever else is asked
    for.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except Exception as error:  # whatever the unpickler makes of hostile bytes
        raise _unreadable(path, _reason(error)) from None


def _reason(error: Exception) -> str:
    text = str(error)
    if "TorchScript" in text:
        return "it is a TorchScript archive: save the module's `state_dict()` instead"
    if asked := re.search(r"GLOBAL ([\w.]+)", text):
        return f"it holds more than weights ({asked[1][:100]}), and loading that could run code"
    if isinstance(error, pickle.UnpicklingError):
        return "what is pickled in it is broken, or more than weights"
    said = "" if isinstance(error, OSError) else f": {_first_sentence(error)}"
    return f"it is not a whole file of `torch.save`{said}"


def _first_sentence(error: Exception) -> str:
    text = re.split(r"\. |\n", str(error).strip())[0]
    return printable(text[:200]) or type(error).__name__


READABLE = (
    "weights are read from safetensors files, and from what `torch.save` makes of a state dict"
)


def _unreadable(path: Path, reason: str, hint: str = READABLE) -> SpecError:
    return fault("NS703", f"cannot read weights from {path}: {reason}", hint=hint)


def _tensors(torch: Any, path: Path, content: Any) -> Tensors:
    """The state dict in what a file holds."""
    whole = content
    for _ in range(MAX_NESTS):
        if isinstance(content, Mapping) and not _has_tensors(torch, content):
            content = next((content[key] for key in NESTS if key in content), content)
    if not isinstance(content, Mapping) or not _has_tensors(torch, content):
        raise _without_state_dict(torch, path, whole)
    for key, value in content.items():
        if not isinstance(key, str) or not _is_plain(torch, value):
            name = printable(str(key)[:200])
            raise _unreadable(path, f"`{name}` in its state dict is not a dense tensor")
    return dict(content)


def _without_state_dict(torch: Any, path: Path, content: Any) -> SpecError:
    """That there is none where one is looked for, and where there is one."""
    keys = "".join(f"[{printable(repr(key)[:200])}]" for key in _way_to_tensors(torch, content))
    hint = f"the tensors are in `torch.load(...){keys}`: save that by itself" if keys else READABLE
    return _unreadable(path, "there is no state dict in it", hint)


def _way_to_tensors(torch: Any, content: Any) -> tuple[Any, ...]:
    """The keys by which one comes to a mapping that holds tensors; none if there is no such."""
    waiting: deque[tuple[tuple[Any, ...], Any]] = deque([((), content)])
    seen: set[int] = set()
    while waiting:
        keys, held = waiting.popleft()
        if not isinstance(held, Mapping) or id(held) in seen:
            continue
        seen.add(id(held))
        if _has_tensors(torch, held):
            return keys
        waiting.extend(((*keys, key), value) for key, value in held.items())
    return ()


def _has_tensors(torch: Any, content: Mapping[Any, Any]) -> bool:
    return any(isinstance(value, torch.Tensor) for value in content.values())


def _is_plain(torch: Any, value: Any) -> bool:
    """Whether it is a tensor with values of its own, laid out as usual."""
    if not isinstance(value, torch.Tensor) or value.is_quantized:
        return False
    return bool(value.layout == torch.strided and value.device.type == "cpu")


def state_of(module: nn.Module) -> Tensors:
    """The tensors of a module by their keys; raises `SpecError` (NS702) if they have no memory."""
    state = module.state_dict()
    if bare := next((key for key, tensor in state.items() if tensor.is_meta), None):
        message = f"`{bare}` is on the meta device and has no memory to load weights into"
        raise fault("NS702", message, hint="`module.to_empty(device=...)`, or build it elsewhere")
    return state


def copy_weights(state: Tensors, tensors: Mapping[str, torch.Tensor]) -> None:
    """Copy tensors into those of a module, converted to their type and device."""
    with import_torch().no_grad():
        for key, tensor in tensors.items():
            state[key].copy_(tensor)


def initial_weights(build: Callable[[], nn.Module], keys: Sequence[str], seed: int) -> Tensors:
    """The weights under some keys of a module, as the seed makes them start."""
    torch = import_torch()
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        state = build().state_dict()
    return {key: state[key] for key in keys}


def float_type(tensors: Mapping[str, torch.Tensor]) -> torch.dtype | None:
    """The one floating-point type that all such tensors have; None where they differ."""
    types = {tensor.dtype for tensor in tensors.values() if tensor.is_floating_point()}
    return types.pop() if len(types) == 1 else None


def writer(tensors: Mapping[str, torch.Tensor], ending: str) -> Callable[[str], None]:
    """What writes the tensors to a path, as the ending says: `.safetensors`, or as torch does. The
    same tensors make the same bytes.
    """
    owned = _each_in_its_own_storage(tensors)
    return _safetensors_writer(owned) if ending == ".safetensors" else _torch_writer(owned)


def _safetensors_writer(tensors: Tensors) -> Callable[[str], None]:
    safetensors = _import_safetensors()

    def write(path: str) -> None:
        try:
            safetensors.torch.save_file(tensors, path, metadata={"format": "pt"})
        except safetensors.SafetensorError as error:
            raise OSError(0, _first_sentence(error)) from None

    return write


def _torch_writer(tensors: Tensors) -> Callable[[str], None]:
    def write(path: str) -> None:
        try:
            with open(path, "wb") as file:  # a path would give its name to the archive
                import_torch().save(tensors, file)
        except RuntimeError as error:
            raise OSError(0, _first_sentence(error)) from None

    return write


def _each_in_its_own_storage(tensors: Mapping[str, torch.Tensor]) -> Tensors:
    """Of a part of a storage all would be written, and safetensors refuses shared ones."""
    seen: set[int] = set()
    owned = {}
    for key, tensor in tensors.items():
        storage = tensor.untyped_storage()
        whole = tensor.is_contiguous() and storage.nbytes() == tensor.nbytes
        alone = whole and storage.data_ptr() not in seen
        owned[key] = tensor.detach() if alone else tensor.detach().clone().contiguous()
        seen.add(storage.data_ptr())
    return owned
