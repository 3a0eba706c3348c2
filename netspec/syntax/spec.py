"""A spec file: its keys, parameters, blocks, body and claims, each with its span."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from netspec.diagnostics import Report, Source, Span, fault, nearest
from netspec.syntax.nodes import Mapping, Node, Scalar, Sequence, describe
from netspec.syntax.steps import MODIFIERS, WORD, Step, StepParser

TYPES = frozenset({"int", "float", "bool", "str", "list", "block"})
BUILT_IN = frozenset({"in_channels", "in_features", "in_height", "in_width", "in_shape"})
_FILE_KEYS = frozenset(
    "netspec name about source params input defaults blocks body claims variants".split()
)
_FILE_KEYS_LATER = frozenset("inputs outputs use extends budget asserts".split())
_BLOCK_KEYS = frozenset("about source params body inline children".split())
_BLOCK_KEYS_LATER = frozenset("inputs outputs asserts".split())
_VARIANT_KEYS = _FILE_KEYS - {"netspec", "name", "variants"}
_CITATION_KEYS = frozenset("title authors year arxiv doi url where".split())
_CLAIM_KEYS = frozenset("with params macs at shape source disputed".split())
_MERGED_BY_KEY = frozenset({"params", "blocks", "defaults"})


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
class Block:
    """A named body with parameters."""

    name: str
    span: Span
    parameters: dict[str, Parameter]
    body: tuple[Step, ...]
    about: str | None
    inline: bool
    numbered: bool
    home: SpecFile


@dataclass(frozen=True, eq=False)
class Claim:
    """A printed figure: exactly one of `params`, `macs` and `shape` (of the step `at`)."""

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
    input: Node | None = None
    defaults: dict[str, Mapping] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    body: tuple[Step, ...] = ()
    claims: tuple[Claim, ...] = ()
    overrides: dict[str, Node] = field(default_factory=dict)
    """Values from outside for `params`."""
    size: Node | None = None
    """An input shape from outside, in place of `input`."""


def variants(root: Mapping) -> dict[str, Mapping]:
    """The variants of a file by name, in the order of the text."""
    node = root.get("variants")
    if node is None:
        return {}
    found = {key.text: _mapping(value, "a variant") for key, value in _mapping(node, "`variants`")}
    for name, variant in found.items():
        for key, _ in variant:
            if key.text not in _VARIANT_KEYS:
                message = f"unknown key `{key.text}` in the variant `{name}`"
                raise fault("NS205", message, key.span, hint=nearest(key.text, _VARIANT_KEYS))
    return found


def variant_of(root: Mapping, name: str) -> Mapping:
    """The file as its variant `name` has it. Claims belong to the form that they stand beside:
    those of the file itself are not the variant's.
    """
    shared = [(k, v) for k, v in root if k.text not in ("variants", "claims", "name")]
    named = (Scalar("name", root.span), Scalar(name, root.span))
    return overlay(Mapping([named, *shared], root.span), variants(root)[name])


def overlay(base: Mapping, over: Mapping) -> Mapping:
    """`base` with the keys of `over` in place of its own; params, blocks, defaults key by key."""
    merged = {key.text: (key, value) for key, value in base}
    for key, value in over:
        if key.text in _MERGED_BY_KEY and key.text in merged:
            value = _merge_entries(merged[key.text][1], value)
        merged[key.text] = (key, value)
    return Mapping(list(merged.values()), base.span)


def _merge_entries(base: Node, over: Node) -> Node:
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return over
    entries = {key.text: (key, value) for key, value in base}
    entries.update({key.text: (key, value) for key, value in over})
    return Mapping(list(entries.values()), over.span)


def parse_spec(root: Node, source: Source, report: Report) -> SpecFile:
    """The spec of a document. Faults go to `report`; what could be read comes back."""
    return _SpecParser(source, report).parse(root)


class _SpecParser:
    def __init__(self, source: Source, report: Report) -> None:
        self.source, self.report = source, report
        self.steps = StepParser(report)
        self.file = SpecFile(source)

    def parse(self, root: Node) -> SpecFile:
        if not isinstance(root, Mapping):
            message = f"a spec is a mapping of keys, not {describe(root)}"
            raise fault("NS205", message, root.span, hint="it starts with `netspec: 1`")
        self._check_version(root)
        self._check_keys(root, _FILE_KEYS, _FILE_KEYS_LATER, "a spec")
        parsers = {
            "name": self._name,
            "about": self._about,
            "source": self._citation,
            "params": self._params,
            "input": self._input,
            "defaults": self._defaults,
            "blocks": self._blocks,
            "body": self._body,
            "claims": self._claims,
        }
        for key, value in root:
            if key.text in parsers:
                with self.report.collecting():
                    parsers[key.text](value)
        return self.file

    def _check_version(self, root: Mapping) -> None:
        version = root.get("netspec")
        if version is None:
            hint = "write `netspec: 1` as its first line"
            self.report.add(fault("NS205", "the key `netspec` is missing", root.span, hint=hint))
        elif not isinstance(version, Scalar) or version.value != 1:
            message = f"this netspec reads language version 1, not {describe(version)}"
            self.report.add(fault("NS205", message, version.span))

    def _check_keys(
        self, node: Mapping, known: frozenset[str], later: frozenset[str], what: str
    ) -> None:
        for key, _ in node:
            if key.text in later:
                message = f"`{key.text}` is not in this version yet"
                self.report.add(fault("NS210", message, key.span))
            elif key.text not in known:
                message = f"unknown key `{key.text}` in {what}"
                self.report.add(fault("NS205", message, key.span, hint=nearest(key.text, known)))

    def _name(self, node: Node) -> None:
        text = _text(node, "`name`")
        if not text.replace("-", "_").isidentifier():
            message = f"`{text}` cannot name a network"
            hint = "letters, digits, - and _, no digit first"
            raise fault("NS208", message, node.span, hint=hint)
        self.file.name = text

    def _about(self, node: Node) -> None:
        self.file.about = _text(node, "`about`")

    def _citation(self, node: Node) -> None:
        self.file.citation = self._read_citation(node)

    def _read_citation(self, node: Node) -> dict[str, str]:
        citation = _mapping(node, "`source`")
        self._check_keys(citation, _CITATION_KEYS, frozenset(), "`source`")
        return {k.text: _text(v, f"`{k.text}`") for k, v in citation}

    def _params(self, node: Node) -> None:
        self.file.params = self._parameters(node)

    def _input(self, node: Node) -> None:
        if not isinstance(node, Sequence) or not node.items:
            message = f"`input` is a list of sizes, not {describe(node)}"
            raise fault("NS204", message, node.span, hint="input: [3, 224, 224]")
        self.file.input = node

    def _defaults(self, node: Node) -> None:
        for key, value in _mapping(node, "`defaults`"):
            self.file.defaults[key.text] = _mapping(value, f"the defaults of `{key.text}`")

    def _blocks(self, node: Node) -> None:
        for key, value in _mapping(node, "`blocks`"):
            with self.report.collecting():
                self.file.blocks[key.text] = self._block(key, _mapping(value, "a block"))

    def _body(self, node: Node) -> None:
        self.file.body = self.steps.steps(node)

    def _claims(self, node: Node) -> None:
        if not isinstance(node, Sequence):
            raise fault("NS503", f"`claims` is a list, not {describe(node)}", node.span)
        claims: list[Claim] = []
        for item in node.items:
            with self.report.collecting():
                claims += self._claim(_mapping(item, "a claim"))
        self.file.claims = tuple(claims)

    def _block(self, key: Scalar, node: Mapping) -> Block:
        _reject_name(key, "a block")
        self._check_keys(node, _BLOCK_KEYS, _BLOCK_KEYS_LATER, f"the block `{key.text}`")
        body, params = node.get("body"), node.get("params")
        if body is None:
            raise fault("NS205", f"the block `{key.text}` has no `body`", key.span)
        about, inline, children = node.get("about"), node.get("inline"), node.get("children")
        if (source := node.get("source")) is not None:
            self._read_citation(source)
        return Block(
            name=key.text,
            span=key.span,
            parameters=self._parameters(params) if params is not None else {},
            body=self.steps.steps(body),
            about=_text(about, "`about`") if about is not None else None,
            inline=_word(inline, (True, False), "`inline`") if inline is not None else False,
            numbered=children is not None and _word(children, ("numbered",), "`children`"),
            home=self.file,
        )

    def _parameters(self, node: Node) -> dict[str, Parameter]:
        parameters = {}
        for key, value in _mapping(node, "`params`"):
            with self.report.collecting():
                _reject_name(key, "a parameter")
                word = value.text if isinstance(value, Scalar) and value.plain else None
                kind = word if word in TYPES else None
                default = None if kind else value
                parameters[key.text] = Parameter(key.text, key.span, kind, default)
        return parameters

    def _claim(self, node: Mapping) -> Iterable[Claim]:
        self._check_keys(node, _CLAIM_KEYS, frozenset(), "a claim")
        figures = {k.text: v for k, v in node if k.text in ("params", "macs", "shape")}
        at, overrides = node.get("at"), node.get("with")
        if not figures:
            raise fault("NS503", "a claim states `params`, `macs` or `shape`", node.span)
        if at is not None and not isinstance(at, Scalar):
            raise fault("NS503", "`at` is the path of a step", at.span)
        source, disputed = node.get("source"), node.get("disputed")
        yield Claim(
            span=node.span,
            figures=figures,
            at=at,
            overrides=_mapping(overrides, "`with`") if overrides is not None else None,
            source=_text(source, "`source`") if source is not None else None,
            disputed=_text(disputed, "`disputed`") if disputed is not None else None,
        )


def _reject_name(key: Scalar, what: str) -> None:
    if not key.plain or not WORD.fullmatch(key.text) or "." in key.text:
        raise fault("NS208", f"{describe(key)} cannot name {what}", key.span)
    if key.text in MODIFIERS:
        raise fault("NS208", f"`{key.text}` is a modifier and cannot name {what}", key.span)
    if key.text in BUILT_IN:
        raise fault("NS208", f"`{key.text}` is built in and cannot name {what}", key.span)


def _mapping(node: Node, what: str) -> Mapping:
    if not isinstance(node, Mapping):
        raise fault("NS205", f"{what} is a mapping, not {describe(node)}", node.span)
    return node


def _text(node: Node, what: str) -> str:
    if not isinstance(node, Scalar) or node.value is None:
        raise fault("NS205", f"{what} is a text, not {describe(node)}", node.span)
    return node.text


def _word(node: Node, words: tuple[object, ...], what: str) -> bool:
    if not isinstance(node, Scalar) or node.value not in words:
        allowed = " or ".join(f"`{word}`" for word in words)
        raise fault("NS204", f"{what} is {allowed}, not {describe(node)}", node.span)
    return node.value is not False
