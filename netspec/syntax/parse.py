"""Nodes to a spec file: keys, parameters, blocks, claims. Faults are reported and read past."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from netspec.diagnostics import Report, Source, fault, nearest
from netspec.syntax.nodes import Mapping, Node, Scalar, Sequence, as_mapping, describe
from netspec.syntax.parse_expressions import parse_template, read_expression
from netspec.syntax.parse_interface import (
    read_block_outputs,
    read_input,
    read_named_input,
    read_outputs,
    require_inputs,
)
from netspec.syntax.parse_keys import check_keys, not_inside, require_version, unindented
from netspec.syntax.parse_modifiers import by_weight
from netspec.syntax.parse_steps import StepParser
from netspec.syntax.parse_words import names, network_name, reject_name, text, word
from netspec.syntax.spec import (
    BLOCK_KEYS,
    BUDGETED,
    CITATION_KEYS,
    CLAIM_KEYS,
    FILE_KEYS,
    TYPES,
    Assert,
    Block,
    Claim,
    Parameter,
    SpecFile,
)
from netspec.syntax.steps import identifiers

MAX_CLAIMS = 1_000

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
        with self.report.collecting():
            require_version(root)
        odd = self._check_keys(root, FILE_KEYS, "a spec")
        self._check_inputs(root)
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
            "checkpoints": self._checkpoints,
            "defaults": self._defaults,
            "init": self._init,
            "blocks": self._blocks,
            "body": self._body,
            "claims": self._claims,
        }
        for key, value in root:
            if key.text in parsers and key not in odd:
                with self.report.collecting():
                    parsers[key.text](value)
        return self.file

    def _check_inputs(self, root: Mapping) -> None:
        if root.get("input") and (inputs := root.get("inputs")):
            message = "a spec has `input` or `inputs`, not both"
            self.report.add(fault("NS205", message, inputs.span))

    def _check_keys(self, node: Mapping, known: frozenset[str], what: str) -> set[Scalar]:
        """Report the keys that are not known; what they hold may be meant by names elsewhere, and
        may use any.
        """
        odd = check_keys(node, known, what, self.report)
        self.file.faulty |= {key.text for key in odd if key.text not in known}
        for key, value in node:
            if key in odd:
                self.file.unread |= identifiers(value)
            if key in odd and isinstance(value, Mapping):
                self.file.faulty |= {name.text for name, _ in value}
        return odd

    def _name(self, node: Node) -> None:
        self.file.name = network_name(node)

    def _about(self, node: Node) -> None:
        self.file.about = text(node, "`about`")

    def _citation(self, node: Node) -> None:
        self.file.citation = self._read_citation(node)

    def _read_citation(self, node: Node) -> dict[str, str]:
        citation = as_mapping(node, "`source`")
        self._check_keys(citation, CITATION_KEYS, "`source`")
        return {k.text: text(v, f"`{k.text}`") for k, v in citation}

    def _params(self, node: Node) -> None:
        self.file.params = self._parameters(node)

    def _input(self, node: Node) -> None:
        self.file.inputs = (read_input(None, node),)

    def _inputs(self, node: Node) -> None:
        inputs = []
        for key, value in require_inputs(node):
            self.file.faulty.add(key.text)
            with self.report.collecting():
                inputs.append(read_named_input(key, value))
                self.file.faulty.remove(key.text)
        self.file.inputs = tuple(inputs)

    def _outputs(self, node: Node) -> None:
        self.file.outputs = read_outputs(node, self.report)

    def _use(self, node: Node) -> None:
        for key, value in as_mapping(node, "`use`"):
            self.file.faulty.add(key.text)
            with self.report.collecting():
                reject_name(key, "a prefix")
                if not isinstance(value, Scalar):
                    raise fault("NS205", f"`use` names a file, not {describe(value)}", value.span)
                self.file.uses[key.text] = self.library(value)
                self.file.faulty.remove(key.text)

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
            if key.text not in BUDGETED:
                message = f"unknown key `{key.text}` in `budget`"
                raise fault("NS205", message, key.span, hint=nearest(key.text, BUDGETED))
            if not isinstance(value, Scalar):
                raise fault("NS503", f"a budget is like <8M, not {describe(value)}", value.span)
            self.file.budget[key.text] = value

    def _checkpoints(self, node: Node) -> None:
        from netspec.syntax.checkpoints import parse_checkpoints

        self.file.checkpoints = parse_checkpoints(node, self.report)

    def _defaults(self, node: Node) -> None:
        for key, value in as_mapping(node, "`defaults`"):
            arguments = as_mapping(value, f"the defaults of `{key.text}`")
            self.file.defaults[key.text] = Mapping(arguments.items, key.span)

    def _init(self, node: Node) -> None:
        for key, value in as_mapping(node, "`init`"):
            with self.report.collecting():
                weights = by_weight(value, f"the `init` of `{key.text}`")
                self.file.init[key.text] = Mapping(weights.items, key.span)

    def _blocks(self, node: Node) -> None:
        blocks = as_mapping(node, "`blocks`")
        spilled = unindented(blocks, BLOCK_KEYS.__contains__)
        for empty, keys in spilled.items():
            self.report.add(not_inside(empty, keys))
        odd = {key for empty, keys in spilled.items() for key in (empty, *keys)}
        for key, value in blocks:
            name = key.text.partition("(")[0]
            self.file.faulty.add(name)
            if key not in odd:
                with self.report.collecting():
                    self._read_block(key, as_mapping(value, "a block"))
            if name in self.file.faulty:
                self.file.unread |= identifiers(value)

    def _read_block(self, key: Scalar, node: Mapping) -> None:
        """One block; one with keys that nobody knows counts as faulty, whatever else it has."""
        reject_name(key, "a block")
        odd = self._check_keys(node, BLOCK_KEYS, f"the block `{key.text}`")
        if node.get("body") is not None:
            self.file.blocks[key.text] = self._block(key, node)
        elif not odd:
            raise fault("NS205", f"the block `{key.text}` has no `body`", key.span)
        if not odd:
            self.file.faulty.remove(key.text)

    def _body(self, node: Node) -> None:
        self.file.body = self.steps.steps(node)

    def _claims(self, node: Node) -> None:
        if not isinstance(node, Sequence):
            raise fault("NS503", f"`claims` is a list, not {describe(node)}", node.span)
        if len(node.items) > MAX_CLAIMS:
            raise fault("NS103", f"more than {MAX_CLAIMS} claims of one network", node.span)
        claims: list[Claim] = []
        for item in node.items:
            with self.report.collecting():
                claims += self._claim(as_mapping(item, "a claim"))
        self.file.claims = tuple(claims)

    def _block(self, key: Scalar, node: Mapping) -> Block:
        body, params = node.get("body"), node.get("params")
        assert body is not None
        about, inline, children = node.get("about"), node.get("inline"), node.get("children")
        asserts, inputs, outputs = node.get("asserts"), node.get("inputs"), node.get("outputs")
        if (source := node.get("source")) is not None:
            self._read_citation(source)
        return Block(
            name=key.text,
            span=key.span,
            parameters=self._parameters(params) if params is not None else {},
            body=self.steps.steps(body),
            about=text(about, "`about`") if about is not None else None,
            inline=word(inline, (True, False), "`inline`") if inline is not None else False,
            numbered=children is not None and word(children, ("numbered",), "`children`"),
            asserts=self._read_asserts(asserts) if asserts is not None else (),
            inputs=names(inputs, "`inputs`") if inputs is not None else (),
            outputs=read_block_outputs(outputs, self.report) if outputs is not None else (),
            home=self.file,
        )

    def _parameters(self, node: Node) -> dict[str, Parameter]:
        if isinstance(node, Sequence) and all(isinstance(i, Scalar) for i in node.items):
            given = ", ".join(f"{i.text}: .." for i in node.items if isinstance(i, Scalar))
            hint = f"each has a type or a default: `params: {{{given}}}`"
            raise fault("NS205", "`params` is a mapping, not a list", node.span, hint=hint)
        parameters = {}
        for key, value in as_mapping(node, "`params`"):
            self.file.faulty.add(key.text)
            with self.report.collecting():
                reject_name(key, "a parameter")
                self.file.faulty.remove(key.text)
                word = value.text if isinstance(value, Scalar) else None
                kind = word if word in TYPES else None
                default = None if kind else value
                parameters[key.text] = Parameter(key.text, key.span, kind, default)
        return parameters

    def _claim(self, node: Mapping) -> Iterable[Claim]:
        self._check_keys(node, CLAIM_KEYS, "a claim")
        figures = {k.text: v for k, v in node if k.text in ("params", "macs", "shape")}
        at, overrides = node.get("at"), node.get("with")
        unknown = [key for key, _ in node if key.text not in CLAIM_KEYS]
        if not figures and unknown:
            return
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
            source=text(source, "`source`") if source is not None else None,
            disputed=text(disputed, "`disputed`") if disputed is not None else None,
        )
