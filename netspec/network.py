"""The Python API: load a spec, ask for its figures, its source, its diagram, its module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netspec.analysis.cost import Cost, Costs
from netspec.arguments import argument_node, number_node
from netspec.catalog import Document, document
from netspec.compilation import compile_document, parse_document
from netspec.content import digest, title, words
from netspec.diagnostics import Diagnostic, Report, SpecError, fault, nearest
from netspec.program import Program
from netspec.syntax.decisions import Decisions, watched
from netspec.syntax.nodes import Mapping as MappingNode
from netspec.syntax.nodes import Node, Scalar
from netspec.syntax.spec import Claim, SpecFile
from netspec.tensor import Tensor

if TYPE_CHECKING:
    import torch

    from netspec.analysis.claims import Verdict
    from netspec.backends.torch.source.written import Written
    from netspec.stats import Stats
    from netspec.syntax.checkpoints import Checkpoint
    from netspec.weights.report import LoadReport


def load(
    spec: str | Path,
    *,
    input: Iterable[int] | Mapping[str, Iterable[int]] | None = None,
    **params: Any,
) -> Network:
    """The checked network that `spec` names: a path, `path@variant`, or the name of a shipped file
    or variant. `input` replaces its input shape (C, H, W), or those of several inputs by name;
    `params` its parameters: numbers, lists, mappings (blocks), or expressions as strings.

    Raises `SpecError` with every fault that was found.
    """
    chosen = document(str(spec))
    given = input if isinstance(input, Mapping) else {} if input is None else {None: input}
    sizes = {name: argument_node(tuple(shape), name or "input") for name, shape in given.items()}
    overrides = {name: argument_node(value, name) for name, value in params.items()}
    return Network(chosen, overrides, sizes)


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """A spec that has been checked, with its figures, for one sample at the spec's input shape."""

    document: Document
    overrides: Mapping[str, Node]
    sizes: Mapping[str | None, Node]
    """Shapes for the inputs, by name; None for an only one."""

    def __post_init__(self) -> None:
        _ = self.program

    def __repr__(self) -> str:
        shapes = f"{_shapes(self.program.inputs)} -> {_shapes(self.program.outputs)}"
        return f"<Network {self.name}: {shapes}, params {self.params:,}, MACs {self.macs:,}>"

    @cached_property
    def _compiled(self) -> tuple[SpecFile, Program]:
        try:
            return compile_document(self.document, self.overrides, self.sizes)
        except SpecError as error:
            if not self.sizes:
                raise
            raise self._with_legal_sizes(error) from None

    def _with_legal_sizes(self, error: SpecError) -> SpecError:
        """The faults at an input from outside, with what inputs the spec takes."""
        from netspec.sizes import with_legal_sizes

        file, report = parse_document(self.document, self.overrides, {})
        return with_legal_sizes(error, file, report, self.sizes)

    @property
    def program(self) -> Program:
        """The typed program: instances of blocks with all shapes known."""
        return self._compiled[1]

    @cached_property
    def costs(self) -> Costs:
        return Costs(self.program)

    @property
    def cost(self) -> Cost:
        return self.costs.total

    @property
    def name(self) -> str:
        return self.program.name

    @property
    def params(self) -> int:
        """Trainable scalars."""
        return self.cost.params

    @property
    def buffers(self) -> int:
        """Scalars in buffers: running statistics, `num_batches_tracked`."""
        return self.cost.buffers

    @property
    def macs(self) -> int:
        """Multiply-accumulates of convolutions and linear layers."""
        return self.cost.macs

    @property
    def flops(self) -> int:
        """Twice the MACs plus every other arithmetic operation."""
        return self.cost.flops

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Without the batch dimension; of the first input where there are several."""
        return self.program.inputs[0].shape

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Without the batch dimension; of the first output where there are several."""
        return self.program.outputs[0].shape

    def stats(self, depth: int = 2) -> Stats:
        """The table of the module tree down to `depth` levels."""
        from netspec.stats import Stats

        return Stats.of(self.program, self.costs, depth)

    @property
    def skipped_claims(self) -> str | None:
        """How many claims are not checked, in words: with parameters or input overridden, those
        without `with` speak of another network.
        """
        skipped = len(self._compiled[0].claims) - len(self._checked_claims)
        claims = "claim" if skipped == 1 else "claims"
        reason = "parameters or input are overridden"
        return f"{skipped} {claims} not checked: {reason}" if skipped else None

    @property
    def _checked_claims(self) -> list[Claim]:
        overridden = bool(self.overrides) or bool(self.sizes)
        claims = self._compiled[0].claims
        return [claim for claim in claims if claim.overrides is not None or not overridden]

    def verdicts(self) -> list[Verdict]:
        """What came of each claim; raises `SpecError` (NS503) for claims that cannot be read."""
        report = Report()
        verdicts = self.read_claims(report)
        report.raise_if_any()
        return verdicts

    def require_claims(self) -> None:
        """Raise `SpecError` (NS501, NS502, NS503, NS505) with every claim that is not as it should
        be, and every limit of the budget that is exceeded.
        """
        from netspec.analysis.claims import check_budget

        report = Report()
        for excess in check_budget(self._compiled[0].budget, self.program, self.costs):
            report.add(SpecError([excess]))
        for verdict in self.read_claims(report):
            if verdict.fault is not None:
                report.add(SpecError([verdict.fault]))
        report.raise_if_any()

    def read_claims(self, report: Report) -> list[Verdict]:
        """What came of each claim that can be read; the faults of the others go to `report`."""
        from netspec.analysis.claims import check_claim

        verdicts: list[Verdict] = []
        for claim in self._checked_claims:
            with report.collecting():
                verdicts += check_claim(claim, self._program_with)
        return verdicts

    def _program_with(self, overrides: MappingNode | None) -> Program:
        if overrides is None:
            return self.program
        for key, _ in overrides:
            if key.text not in self.program.params:
                hint = nearest(key.text, self.program.params)
                raise fault("NS503", f"there is no parameter `{key.text}`", key.span, hint=hint)
        changed = {key.text: value for key, value in overrides}
        return compile_document(self.document, changed, {})[1]

    def expanded(self) -> str:
        """The spec that is meant in the end, as YAML with where each value came from."""
        from netspec.expand import expanded

        return expanded(self.document, self._compiled[0], self.program.params)

    def source(self) -> str:
        """The network as a PyTorch source file that imports nothing but torch."""
        return self._source

    @cached_property
    def _source(self) -> str:
        from netspec.backends.torch import emit

        try:
            return emit(self.program, self.cost, self.written)
        except RecursionError:
            message = "an expression of the emitted source would be nested too deep for Python"
            raise fault("NS602", message, self.program.root.span) from None

    @cached_property
    def written(self) -> Written:
        """What emitted source says of the spec that it comes from."""
        from netspec.backends.torch.source.written import Written

        made = self.document, self._compiled[0], self.overrides, self.sizes
        return Written(
            title(self.document),
            digest(*made),
            tuple(words(self.overrides, self.sizes)),
            self.document.folder.top,
            self._numbers,
            self._watched_program,
        )

    @property
    def _numbers(self) -> dict[str, int | float]:
        """The params that a number gives."""
        params, values = self._compiled[0].params, self.program.params
        nodes = {name: self.overrides.get(name, params[name].default) for name in params}
        return {
            name: values[name]
            for name, node in nodes.items()
            if isinstance(node, Scalar) and type(node.value) in (int, float)
        }

    def _program_of(self, numbers: Mapping[str, int | float]) -> Program:
        """The program with other numbers for some params."""
        changed = {name: number_node(value, name) for name, value in numbers.items()}
        return compile_document(self.document, {**self.overrides, **changed}, self.sizes)[1]

    def _watched_program(self, numbers: Mapping[str, int | float]) -> tuple[Program, Decisions]:
        """The same, and what was decided on the way."""
        with watched() as decisions:
            return self._program_of(numbers), decisions

    def dot(self) -> str:
        """The diagram as Graphviz DOT text."""
        from netspec.backends.graphviz import dot

        return dot(self.program)

    def _repr_svg_(self) -> str:
        from netspec.backends.graphviz import render

        return render(self.dot(), "svg").decode()

    def module(
        self,
        device: torch.device | str | int | None = None,
        dtype: torch.dtype | str | None = None,
        memory_format: torch.memory_format | str | None = None,
    ) -> torch.nn.Module:
        """The emitted source, executed: a module with freshly initialised weights, of which those
        of convolutions follow `memory_format`.

        Raises `SpecError`: NS004 if torch is not installed, NS008 if it has no such device or type.
        """
        from netspec.backends.torch import build_module

        return build_module(self.program, self.source(), device, dtype, memory_format)

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Published weights that the spec speaks of."""
        return self._compiled[0].checkpoints

    def load_weights(
        self, module: torch.nn.Module, path: str | Path, *, strict: bool = True
    ) -> LoadReport:
        """Load the weights of a file of safetensors or torch into a module of this network; what
        became of each key. Raises `SpecError`: NS001, NS004, NS703 for a file that cannot be read,
        with `strict` NS702 for one that does not fit (the module is then as it was).
        """
        from netspec.weights.files import load_weights

        return load_weights(module, Path(path), self.checkpoints, strict)

    def compare(self) -> None:
        """Hold the emitted module, on the meta device, against the computed figures. Raises
        `SpecError` (NS601) with every difference, NS004 if torch is not installed.
        """
        from netspec.backends.torch import compare

        differences = compare(self.program, self.source(), self.cost)
        if differences:
            raise SpecError(Diagnostic("NS601", difference) for difference in differences)


def _shapes(tensors: Iterable[Tensor]) -> str:
    return ", ".join(map(str, tensors))
