"""What every op states about itself, and the registry that finds ops by their name.

An op is a frozen pydantic model: its fields are its arguments in a spec (in positional order), its
docstring is its documentation, its methods are facts that hold in any framework. How it becomes
PyTorch is in `netspec.backends.torch.ops`.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import ClassVar, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

from netspec.syntax.steps import IDENTIFIER, MODIFIERS
from netspec.tensor import Tensor

Tensors = tuple[Tensor, ...]


class ShapeError(Exception):
    """An op does not take these inputs. The elaborator adds place, shapes and producers.

    `code` is one of the NS3xx codes; `about` are the axes that the fault is about, each as the
    number of an input and of its axis: the elaborator says what made their sizes.
    """

    def __init__(
        self,
        code: str,
        message: str,
        hint: str | None = None,
        *,
        about: Iterable[tuple[int, int]] = (),
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.about = code, message, hint, tuple(about)


class Weight(NamedTuple):
    """One tensor that an op holds: a trained parameter, or a buffer."""

    shape: tuple[int, ...]
    init: str
    trainable: bool = True
    dtype: str = "float32"


class Window(NamedTuple):
    """The receptive-field step of an op along one axis.

    The op's output at position p depends on the `size` input positions that start at
    `p * stride - before`; `size` counts dilation in.
    """

    size: int = 1
    stride: int = 1
    before: int = 0


POINTWISE = Window()


class Op(BaseModel):
    """A primitive of the language. Shapes exclude the batch dimension."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True
    )

    name: ClassVar[str]
    group: ClassVar[str]
    arity: ClassVar[tuple[int, int | None]] = (1, 1)
    """Fewest and most inputs; None means any number."""
    merges: ClassVar[bool] = False
    """Whether the op may stand after `merge:`."""
    integers: ClassVar[bool] = False
    """Whether it takes whole-number tensors (int64); others take floating-point ones only."""
    flattens: ClassVar[bool] = False
    """Whether it has the argument `flatten`: merges that meet may become one."""
    formulas: ClassVar[frozenset[str]] = frozenset()
    """The arguments that are formulas of the inputs."""
    transposable: ClassVar[frozenset[str]] = frozenset()
    """The weights that may be tied to the transpose of another weight."""
    states: ClassVar[tuple[int, str]] = (0, "")
    """The axis of its output whose size an argument states, and that argument."""
    extras: ClassVar[tuple[str, ...]] = ()
    """The names of its last outputs, which a spec reaches by name only (`pool.indices`)."""

    @classmethod
    def arguments(cls) -> dict[str, FieldInfo]:
        """The fields by their names in specs: an alias where Python keeps the word for itself."""
        return {field.alias or name: field for name, field in cls.model_fields.items()}

    def infer(self, inputs: Tensors) -> Tensors:
        """The output types; raises `ShapeError` for inputs that the op does not take."""
        raise NotImplementedError

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        """The op's weights by their name in the state dict, in registration order."""
        return {}

    def macs(self, inputs: Tensors, outputs: Tensors) -> int:
        """Multiply-accumulates of one sample (NUMBERS: convolutions, linear layers, matmuls)."""
        return 0

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int | None:
        """Arithmetic operations beside the multiply-accumulates; None where nobody has said."""
        return None

    def window(self, inputs: Tensors) -> tuple[Window, ...] | None:
        """The receptive-field step per spatial axis; None where it is the whole input."""
        return tuple(POINTWISE for _ in inputs[0].shape[1:])


STD = Path(__file__).parents[1] / "std"

OpClass = TypeVar("OpClass", bound=type[Op])
_registry: dict[str, type[Op]] = {}


class NameTaken(ValueError):
    """An op cannot have this name: another has it, or specs mean something else by it."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"no op can be called {name!r}: {reason}")
        self.name = name


def op(name: str, *, group: str) -> Callable[[OpClass], OpClass]:
    """Register an op class under the name that specs use; raises `NameTaken` (a ValueError)."""

    def register(cls: OpClass) -> OpClass:
        if not cls.__module__.startswith("netspec.ops."):
            _load_all()  # so that it is the newcomer that is refused
            _require_words(name, cls)
        if name in _registry:
            other = _registry[name]
            raise NameTaken(name, f"already registered by {other.__module__}.{other.__qualname__}")
        cls.name, cls.group = name, group
        _registry[name] = cls
        return cls

    return register


def _require_words(name: str, cls: type[Op]) -> None:
    """Raise `NameTaken` or ValueError for words that mean something else in a spec."""
    if not IDENTIFIER.fullmatch(name) or name in MODIFIERS:
        raise NameTaken(name, "not a name that specs can use")
    if (STD / f"{name}.yaml").exists():
        raise NameTaken(name, "the standard library has a block of that name")
    for field in cls.model_fields:
        if field in MODIFIERS:
            raise ValueError(f"no argument of an op can be called {field!r}: it is a modifier")


@contextmanager
def all_or_none() -> Iterator[None]:
    """What the block registers stays registered only if it ends without an exception."""
    before = {**_registry}
    try:
        yield
    except BaseException:
        _registry.clear()
        _registry.update(before)
        raise


@cache
def _load_all() -> None:
    package = importlib.import_module("netspec.ops")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"netspec.ops.{module.name}")


def find(name: str) -> type[Op] | None:
    """The op class of that name, or None."""
    _load_all()
    return _registry.get(name)


def names() -> list[str]:
    """The names of all registered ops, sorted."""
    _load_all()
    return sorted(_registry)
