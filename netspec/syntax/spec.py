"""A spec file: its keys, parameters, blocks, body and claims, each with its span."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from netspec.diagnostics import Report, Source, Span, fault, nearest
from netspec.syntax.expression import Expression
from netspec.syntax.nodes import Mapping, Node, Scalar, Sequence, as_mapping, is_null
from netspec.syntax.steps import Step, Template, wired

if TYPE_CHECKING:
    from netspec.syntax.checkpoints import Checkpoint

TYPES = frozenset({"int", "float", "bool", "str", "list", "block"})
BUILT_IN = frozenset({"in_channels", "in_features", "in_height", "in_width", "in_shape"})
FILE_KEYS = frozenset(
    "netspec name about source params input inputs outputs use defaults init blocks asserts body "
    "claims budget checkpoints variants extends".split()
)
VARIANT_KEYS = FILE_KEYS - {"netspec", "variants", "extends"}
BLOCK_KEYS = frozenset("about source params inputs outputs asserts body inline children".split())
CITATION_KEYS = frozenset("title authors year arxiv doi url where".split())
CLAIM_KEYS = frozenset("with params macs at shape source disputed".split())
BUDGETED = ("params", "buffers", "macs", "flops")
_MERGED_BY_KEY = frozenset({"params", "blocks", "defaults", "init", "use"})


@dataclass(frozen=True, eq=False)
class Parameter:
    """A parameter: a type (`kind`, then an argument is required) or a default."""

    name: str
    span: Span
    kind: str | None
    default: Node | None

    @property
    def takes_block(self) -> bool:
        return self.kind == "block" or isinstance(self.default, Mapping)

    @property
    def takes_list(self) -> bool:
        return self.kind == "list" or isinstance(self.default, Sequence)


@dataclass(frozen=True, eq=False)
class Assert:
    """A condition on parameters and input shape, and what to say where it does not hold."""

    that: Expression
    otherwise: Template


@dataclass(frozen=True, eq=False)
class Input:
    """An input of the network: its sizes without the batch dimension, its type, its name (None for
    the one that `input` gives).
    """

    name: str | None
    shape: Sequence
    span: Span
    dtype: str = "float32"


@dataclass(frozen=True, eq=False)
class Output:
    """An output of a block or of the network: which tensor, and whether only training has it."""

    name: str
    value: Expression
    train_only: bool


@dataclass(frozen=True, eq=False)
class Block:
    """A named body with parameters."""

    name: str
    span: Span
    parameters: dict[str, Parameter]
    body: tuple[Step, ...]
    about: str | None
    inline: bool
    numbered: bool
    asserts: tuple[Assert, ...]
    inputs: tuple[Scalar, ...]
    """The names of its inputs; none where it takes whatever comes."""
    outputs: tuple[Output, ...]
    """Its outputs; none where they are what its last step gives."""
    home: SpecFile

    @property
    def literal_defaults(self) -> dict[str, bool | int | float]:
        """The defaults of parameters that are numbers or truth values as they stand."""
        return {
            name: node.value
            for name, node in self._defaults()
            if isinstance(node.value, int | float)
        }

    @property
    def calculated_defaults(self) -> dict[str, str]:
        """The texts of defaults that are words or expressions."""
        return {name: node.text for name, node in self._defaults() if isinstance(node.value, str)}

    def _defaults(self) -> list[tuple[str, Scalar]]:
        nodes = [(name, parameter.default) for name, parameter in self.parameters.items()]
        return [(name, node) for name, node in nodes if isinstance(node, Scalar)]


@dataclass(frozen=True, eq=False)
class Claim:
    """Printed figures, `params`, `macs` or `shape`, of the network or of the step `at`."""

    span: Span
    figures: dict[str, Node]
    at: Scalar | None
    overrides: Mapping | None
    source: str | None
    disputed: str | None


@dataclass(eq=False)
class SpecFile:
    """One spec, or a library file (blocks only: no `input`, no `body`)."""

    source: Source
    name: str = ""
    about: str | None = None
    citation: dict[str, str] = field(default_factory=dict)
    params: dict[str, Parameter] = field(default_factory=dict)
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    """Empty where the network's output is what the last step gives."""
    defaults: dict[str, Mapping] = field(default_factory=dict)
    init: dict[str, Mapping] = field(default_factory=dict)
    """How the weights of the network start, by the op that has them."""
    blocks: dict[str, Block] = field(default_factory=dict)
    faulty: set[str] = field(default_factory=set)
    """The names of blocks and inputs that could not be read."""
    unread: set[str] = field(default_factory=set)
    """Every word in what could not be read."""
    body: tuple[Step, ...] = ()
    asserts: tuple[Assert, ...] = ()
    claims: tuple[Claim, ...] = ()
    budget: dict[str, Scalar] = field(default_factory=dict)
    checkpoints: tuple[Checkpoint, ...] = ()
    uses: dict[str, SpecFile] = field(default_factory=dict)
    """Files whose blocks are known here under a prefix."""
    overrides: dict[str, Node] = field(default_factory=dict)
    """Values from outside for `params`."""
    sizes: dict[str | None, Node] = field(default_factory=dict)
    """Shapes from outside for the inputs, by name; None for an only one."""

    @cached_property
    def wired(self) -> frozenset[str]:
        """Every name in a `from` or `outputs` of the file: no other step name is ever read."""
        blocks = self.blocks.values()
        steps = [*self.body, *(step for block in blocks for step in block.body)]
        outputs = [*self.outputs, *(output for block in blocks for output in block.outputs)]
        named = frozenset().union(*(output.value.names for output in outputs))
        return named.union(*(wired(node) for step in steps for node in step.nodes))


MAX_VARIANTS = 200


def variants(root: Mapping) -> dict[str, Mapping]:
    """The variants of a file by name, in the order of the text."""
    node = root.get("variants")
    if node is None:
        return {}
    named = as_mapping(node, "`variants`")
    if len(named.items) > MAX_VARIANTS:
        raise fault("NS103", f"more than {MAX_VARIANTS} variants in one file", node.span)
    report = Report()
    found = {}
    for name, variant in named:
        with report.collecting():
            found[name.text] = _variant(name, variant, report)
    report.raise_if_any()
    return found


def _variant(name: Scalar, node: Node, report: Report) -> Mapping:
    if is_null(node):
        as_it_stands = f"`{name.text}: {{}}` is the file as it stands"
        raise fault("NS205", "a variant is a mapping, not nothing", name.span, hint=as_it_stands)
    variant = as_mapping(node, f"the variant `{name.text}`")
    for key, _ in variant:
        if key.text not in VARIANT_KEYS:
            message = f"unknown key `{key.text}` in the variant `{name.text}`"
            hint = nearest(key.text, VARIANT_KEYS)
            report.add(fault("NS205", message, key.span, hint=hint))
    return variant


def variant_of(root: Mapping, name: str) -> Mapping:
    """The file as its variant `name` has it."""
    named = (Scalar("name", root.span), Scalar(name, root.span))
    shared = [(k, v) for k, v in heritage(root) if k.text != "name"]
    return overlay(Mapping([named, *shared], root.span), variants(root)[name])


def heritage(root: Mapping) -> Mapping:
    """What a variant, or a file that extends this one, starts from. Claims and budget belong to the
    form that they stand beside, variants to their file.
    """
    kept = [(k, v) for k, v in root if k.text not in ("claims", "budget", "variants")]
    return Mapping(kept, root.span)


def overlay(base: Mapping, over: Mapping) -> Mapping:
    """`base` with the keys of `over` in place of its own, for some keys entry by entry."""
    merged = {key.text: (key, value) for key, value in base}
    if over.get("input") or over.get("inputs"):
        merged.pop("input", None)
        merged.pop("inputs", None)
    for key, value in over:
        if key.text in _MERGED_BY_KEY and key.text in merged:
            value = _merge_entries(as_mapping(merged[key.text][1], f"`{key.text}`"), value)
        merged[key.text] = (key, value)
    return Mapping(list(merged.values()), base.span)


def _merge_entries(base: Mapping, over: Node) -> Node:
    if not isinstance(over, Mapping):
        return over
    entries = {key.text: (key, value) for key, value in base}
    entries.update({key.text: (key, value) for key, value in over})
    return Mapping(list(entries.values()), over.span)
