"""Nodes to a spec file: keys, parameters, blocks, claims. Faults are reported and read past."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from netspec.diagnostics import Report, Source, fault, nearest
from netspec.syntax.nodes import Mapping, Node, Scalar, Sequence, as_mapping, describe
from netspec.syntax.parse_steps import StepParser, parse_template, read_expression
from netspec.syntax.spec import (
    BUILT_IN,
    FILE_KEYS,
    TYPES,
    Assert,
    Block,
    Claim,
    Input,
    Output,
    Parameter,
    SpecFile,
)
from netspec.syntax.steps import MODIFIERS, WORD

_BLOCK_KEYS = frozenset("about source params inputs outputs asserts body inline children".split())
_CITATION_KEYS = frozenset("title authors year arxiv doi url where".split())
_CLAIM_KEYS = frozenset("with params macs at shape source disputed".split())
DTYPES = ("float32", "int64")
"""Element types of inputs: values, and indices (into the rows of an `embedding`)."""
_BUDGETED = ("params", "buffers", "macs", "flops")

Library = Callable[[Scalar], SpecFile]
"""Finds the file that a `use` names; raises `SpecError`."""


def no_libraries(name: Scalar) -> SpecFile:
    """For texts that belong to no folder."""
    raise fault("NS001", f"there is no folder to read {name.text} from", name.span)


def parse_spec(
    root: Node, source: Source, report: Report, library: Library = no_libraries
) -> SpecFile:
    """The spec of a document. Faults go to `report`; what could be read comes back."""
    return _SpecParser(source, report, library).parse(root)


class _SpecParser:
    def __init__(self, source: Source, report: Report, library: Library) -> None:
        self.source, self.report, self.library = source, report, library
        self.steps = StepParser(report)
        self.file = SpecFile(source)

    def parse(self, root: Node) -> SpecFile:
        if not isinstance(root, Mapping):
            message = f"a spec is a mapping of keys, not {describe(root)}"
            raise fault("NS205", message, root.span, hint="it starts with `netspec: 1`")
        self._check_version(root)
        self._check_keys(root, FILE_KEYS, "a spec")
        if root.get("input") and (inputs := root.get("inputs")):
            message = "a spec has `input` or `inputs`, not both"
            self.report.add(fault("NS205", message, inputs.span))
        parsers = {
            "name": self._name,
            "about": self._about,
            "source": self._citation,
            "params": self._params,
            "input": self._input,
            "inputs": self._inputs,
            "outputs": self._outputs,
            "use": self._use,
            "asserts": self._asserts,
            "budget": self._budget,
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

    def _check_keys(self, node: Mapping, known: frozenset[str], what: str) -> None:
        for key, _ in node:
            if key.text not in known:
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
        citation = as_mapping(node, "`source`")
        self._check_keys(citation, _CITATION_KEYS, "`source`")
        return {k.text: _text(v, f"`{k.text}`") for k, v in citation}

    def _params(self, node: Node) -> None:
        self.file.params = self._parameters(node)

    def _input(self, node: Node) -> None:
        self.file.inputs = (self._tensor(None, node),)

    def _inputs(self, node: Node) -> None:
        named = as_mapping(node, "`inputs`")
        for key, _ in named:
            _reject_name(key, "an input")
        self.file.inputs = tuple(self._tensor(key.text, value) for key, value in named)

    def _tensor(self, name: str | None, node: Node) -> Input:
        shape, dtype = node, "float32"
        if isinstance(node, Mapping):
            self._check_keys(node, frozenset({"shape", "dtype"}), "an input")
            shape, given = node.get("shape") or node, node.get("dtype")
            if given is not None:
                dtype = _one_of(given, DTYPES, "`dtype`")
        if not isinstance(shape, Sequence) or not shape.items:
            message = f"an input is a list of sizes, not {describe(shape)}"
            raise fault("NS204", message, shape.span, hint="[3, 224, 224], or {shape: [26], ...}")
        return Input(name, shape, dtype)

    def _outputs(self, node: Node) -> None:
        self.file.outputs = self._read_outputs(node)

    def _use(self, node: Node) -> None:
        for key, value in as_mapping(node, "`use`"):
            with self.report.collecting():
                _reject_name(key, "a prefix")
                if not isinstance(value, Scalar):
                    raise fault("NS205", f"`use` names a file, not {describe(value)}", value.span)
                self.file.uses[key.text] = self.library(value)

    def _asserts(self, node: Node) -> None:
        self.file.asserts = self._read_asserts(node)

    def _read_asserts(self, node: Node) -> tuple[Assert, ...]:
        if not isinstance(node, Sequence):
            raise fault("NS205", f"`asserts` is a list, not {describe(node)}", node.span)
        return tuple(self._assert(as_mapping(item, "an assert")) for item in node.items)

    def _assert(self, node: Mapping) -> Assert:
        self._check_keys(node, frozenset({"that", "else"}), "an assert")
        that, otherwise = node.get("that"), node.get("else")
        if that is None or otherwise is None:
            raise fault("NS205", "an assert has `that` and `else`", node.span)
        return Assert(read_expression(that), parse_template(otherwise))

    def _budget(self, node: Node) -> None:
        for key, value in as_mapping(node, "`budget`"):
            if key.text not in _BUDGETED:
                message = f"unknown key `{key.text}` in `budget`"
                raise fault("NS205", message, key.span, hint=nearest(key.text, _BUDGETED))
            if not isinstance(value, Scalar):
                raise fault("NS503", f"a budget is like <8M, not {describe(value)}", value.span)
            self.file.budget[key.text] = value

    def _defaults(self, node: Node) -> None:
        for key, value in as_mapping(node, "`defaults`"):
            self.file.defaults[key.text] = as_mapping(value, f"the defaults of `{key.text}`")

    def _blocks(self, node: Node) -> None:
        for key, value in as_mapping(node, "`blocks`"):
            with self.report.collecting():
                self.file.blocks[key.text] = self._block(key, as_mapping(value, "a block"))

    def _body(self, node: Node) -> None:
        self.file.body = self.steps.steps(node)

    def _claims(self, node: Node) -> None:
        if not isinstance(node, Sequence):
            raise fault("NS503", f"`claims` is a list, not {describe(node)}", node.span)
        claims: list[Claim] = []
        for item in node.items:
            with self.report.collecting():
                claims += self._claim(as_mapping(item, "a claim"))
        self.file.claims = tuple(claims)

    def _block(self, key: Scalar, node: Mapping) -> Block:
        _reject_name(key, "a block")
        self._check_keys(node, _BLOCK_KEYS, f"the block `{key.text}`")
        body, params = node.get("body"), node.get("params")
        if body is None:
            raise fault("NS205", f"the block `{key.text}` has no `body`", key.span)
        about, inline, children = node.get("about"), node.get("inline"), node.get("children")
        asserts = node.get("asserts")
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
            asserts=self._read_asserts(asserts) if asserts is not None else (),
            inputs=_names(node.get("inputs"), "`inputs`"),
            outputs=self._block_outputs(node.get("outputs")),
            home=self.file,
        )

    def _block_outputs(self, node: Node | None) -> tuple[Output, ...]:
        if node is None:
            return ()
        if isinstance(node, Mapping) and node.get("train_only") is not None:
            message = "`train_only` goes with the outputs of a network"
            raise fault("NS205", message, node.span)
        return self._read_outputs(node)

    def _read_outputs(self, node: Node) -> tuple[Output, ...]:
        """A list of names, or a mapping of names to tensors, some in training only."""
        if not isinstance(node, Mapping):
            names = _names(node, "`outputs`")
            return tuple(Output(name.text, read_expression(name), False) for name in names)
        only = _names(node.get("train_only"), "`train_only`")
        entries = {key.text: (key, value) for key, value in node if key.text != "train_only"}
        for name in only:
            if name.text not in entries:
                message = f"`{name.text}` is not one of the outputs"
                raise fault("NS207", message, name.span, hint=nearest(name.text, entries))
        late = {name.text for name in only}
        if not entries.keys() - late:
            raise fault("NS205", "evaluation needs an output that is not `train_only`", node.span)
        for key, _ in entries.values():
            _reject_name(key, "an output")
        return tuple(
            Output(key.text, read_expression(value), key.text in late)
            for key, value in entries.values()
        )

    def _parameters(self, node: Node) -> dict[str, Parameter]:
        parameters = {}
        for key, value in as_mapping(node, "`params`"):
            with self.report.collecting():
                _reject_name(key, "a parameter")
                word = value.text if isinstance(value, Scalar) and value.plain else None
                kind = word if word in TYPES else None
                default = None if kind else value
                parameters[key.text] = Parameter(key.text, key.span, kind, default)
        return parameters

    def _claim(self, node: Mapping) -> Iterable[Claim]:
        self._check_keys(node, _CLAIM_KEYS, "a claim")
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
            overrides=as_mapping(overrides, "`with`") if overrides is not None else None,
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


def _text(node: Node, what: str) -> str:
    if not isinstance(node, Scalar) or node.value is None:
        raise fault("NS205", f"{what} is a text, not {describe(node)}", node.span)
    return node.text


def _one_of(node: Node, words: tuple[str, ...], what: str) -> str:
    if not isinstance(node, Scalar) or node.text not in words:
        allowed = ", ".join(f"`{word}`" for word in words)
        raise fault("NS204", f"{what} is one of {allowed}, not {describe(node)}", node.span)
    return node.text


def _word(node: Node, words: tuple[object, ...], what: str) -> bool:
    if not isinstance(node, Scalar) or node.value not in words:
        allowed = " or ".join(f"`{word}`" for word in words)
        raise fault("NS204", f"{what} is {allowed}, not {describe(node)}", node.span)
    return node.value is not False


def _names(node: Node | None, what: str) -> tuple[Scalar, ...]:
    """A list of names, each once; raises `SpecError` (NS205, NS208)."""
    if node is None:
        return ()
    items = node.items if isinstance(node, Sequence) else []
    names = tuple(item for item in items if isinstance(item, Scalar))
    if not items or len(names) != len(items):
        raise fault("NS205", f"{what} is a list of names, not {describe(node)}", node.span)
    for k, name in enumerate(names):
        _reject_name(name, "a tensor")
        if name.text in {earlier.text for earlier in names[:k]}:
            raise fault("NS208", f"`{name.text}` stands in {what} twice", name.span)
    return names
