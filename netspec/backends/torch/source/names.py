"""Names that fit: what must not be shadowed or overwritten, and how a name is mended."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Container

# The attributes of nn.Module, and those that its containers have beside them; a test compares.
MODULE_ATTRIBUTES = frozenset(
    """
    T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double
    dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
    get_submodule half ipu load_state_dict modules mtia named_buffers named_children named_modules
    named_parameters parameters register_backward_hook register_buffer register_forward_hook
    register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
    register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
    register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
    set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu
    zero_grad
    """.split()
)
CONTAINER_ATTRIBUTES = frozenset("append clear extend insert items keys pop update values".split())
IMPORTED = frozenset({"Callable", "F", "NamedTuple", "OrderedDict", "TypeVar", "nn", "torch"})
HELPERS = frozenset({"ModuleT", "fixed", "initialised", "without"})
"""What emitted source may define beside classes."""
AMBIGUOUS = frozenset({"I", "O", "l"})
LOOP_VARIABLES = ("i", "j", *(f"i{depth}" for depth in range(2, 100)))
"""By how many loops are around, outermost first."""
ITERATED = ("block", "layer", "module", "parameter")
"""What a loop over a list calls its elements."""
RESERVED = (
    IMPORTED
    | HELPERS
    | AMBIGUOUS
    | {
        *dir(builtins),
        *keyword.kwlist,
        *LOOP_VARIABLES,
        *ITERATED,
        "self",
    }
)


def is_module_attribute(name: str) -> bool:
    """Whether `nn.Module` has an attribute of that name, which would hide a child."""
    return name in MODULE_ATTRIBUTES or name.startswith("_")


def fits_container(name: str) -> bool:
    """Whether `nn.Sequential` and `nn.ModuleDict` take a child of that name."""
    return not is_module_attribute(name) and name not in CONTAINER_ATTRIBUTES


def is_attribute(name: str) -> bool:
    """Whether `self.name` may stand for a child of that name."""
    plain = name.isidentifier() and name.isascii() and not keyword.iskeyword(name)
    return plain and not is_module_attribute(name)


def class_name(words: str) -> str:
    """`dense_layer` as `DenseLayer`; capitals inside a word stay."""
    parts = re.split(r"[^A-Za-z0-9]+", words)
    capitalised = "_".join(part[0].upper() + part[1:] for part in parts if part)
    name = re.sub(r"(?<!\d)_|_(?!\d)", "", capitalised)
    if not name or name[0].isdigit():
        name = f"Block{name}"
    clashes = keyword.iskeyword(name) or hasattr(builtins, name) or name in IMPORTED | AMBIGUOUS
    return f"{name}Block" if clashes else name


def variable(name: str) -> str:
    """The name as a variable: a valid one that hides no builtin, import or keyword."""
    name = re.sub(r"^_+", "_", re.sub(r"\W", "_", name, flags=re.ASCII)) or "_"
    if name[0].isdigit():
        name = f"_{name}"
    return f"{name}_" if name in RESERVED else name


def distinct(name: str, taken: Container[str]) -> str:
    """The name, with the first number from 2 on that makes it new if it is taken."""
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}{number}", number + 1
    return candidate


def without_number(name: str) -> str:
    """The name less a number at its end: `branch` of `branch2` and of `branch_2`."""
    return re.sub(r"_?\d+$", "", name) or name
