"""Elaboration: a spec becomes a program. Each block is elaborated once per arguments and shapes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from netspec.diagnostics import Diagnostic, Note, Report, Span, SpecError, fault
from netspec.elaborate import naming
from netspec.elaborate.asserts import require_of_file
from netspec.elaborate.body import Body
from netspec.elaborate.check import check_file
from netspec.elaborate.context import Abandoned, Around, Context, Flow, Frame, Site
from netspec.elaborate.environment import Environment, set_by
from netspec.elaborate.files import Files
from netspec.elaborate.interface import input_spans, mark_train_only, network_inputs, start
from netspec.elaborate.limits import (
    INSTANCE_STEPS,
    MAX_DEPTH,
    MAX_STEPS,
    MOST_EXPLAINED,
    RECURSION_STEPS,
    TRIAL_STEPS,
    calls_itself,
    nested_too_deep,
    within_limits,
)
from netspec.elaborate.naming import Level
from netspec.elaborate.repeats import merge_repeats
from netspec.elaborate.starts import Starts
from netspec.elaborate.values import Closure, Keys, rebase, tensors
from netspec.elaborate.wires import named_inputs, without_unread
from netspec.ops import installed
from netspec.ops.base import Op, ShapeError, Tensors
from netspec.program import Argument, Instance, Program, Value
from netspec.syntax.spec import Block, Output, SpecFile
from netspec.syntax.steps import Step

UNKNOWN_NAME = frozenset({"NS201", "NS206"})


def elaborate(file: SpecFile, report: Report) -> Program:
    """The program of a spec. Raises `SpecError` with every fault that `report` then holds."""
    elaborator = Elaborator(file, report, Files())
    with within_limits(file):
        check_file(file, elaborator.files.prepared, report)
        if file.faulty:
            report.raise_if_any()
        try:
            return elaborator.program()
        except SpecError as error:
            from netspec.elaborate.independent import with_further_faults
            from netspec.elaborate.settled import add_settled_faults

            report.add(error)
            add_settled_faults(file, elaborator.files, report)
            raise with_further_faults(elaborator) from None


@dataclass(frozen=True, slots=True)
class Text:
    """The part of a spec that instances are made of: a file's body, a block's, an inline one."""

    name: str
    steps: tuple[Step, ...]
    span: Span
    about: str | None = None
    numbered: bool = False
    outputs: tuple[Output, ...] = ()
    defaults: Mapping[str, Argument] = field(default_factory=dict)


class Elaborator:
    """What the bodies of one program share: instances made so far, limits, faults."""

    def __init__(self, file: SpecFile, report: Report, files: Files) -> None:
        self.file, self.report, self.files = file, report, files
        self.starts = Starts(file, files, report)
        self._instances: dict[Hashable, Instance | Frame | Abandoned] = {}
        self._keys = Keys()
        self.around = Around({}, {}, {}, {})
        self.opened: dict[Instance, Instance | None] = {}
        """Instances without the flattening merge that they end in."""
        self.named: set[Value] = set()
        """The tensors that a step's name stands for."""
        self.compared: set[tuple[int, int]] = set()
        """Pairs of instances whose weights are the same."""
        self._explained: set[tuple[str, Span]] = set()
        self.repeated: dict[tuple[str, str], list[Diagnostic]] = {}
        """Faults of shapes at a place where one was reported, which they are taken to be."""
        self._left_to_explain = MOST_EXPLAINED
        self.left_for_trials = TRIAL_STEPS
        self._steps = 0
        self._depth = 0

    def program(self) -> Program:
        file = self.file
        if not file.inputs:
            self.report.raise_if_any()
        try:
            environment = self.files.environment(file)
            self.around.params.update(
                (name, note) for name in file.params for note in set_by(name, environment)
            )
            inputs = network_inputs(file, environment)
            self.around.inputs.update(zip(inputs, input_spans(file), strict=True))
            root = self._root(inputs)
            for error in self.starts.unknown():
                self.report.add(error)
        except SpecError as error:
            self.report.add(error)
        except Abandoned:
            if not self.report.faults:  # those that it was abandoned for are in another report
                raise
        if self.report.codes & UNKNOWN_NAME:
            self.report.add(SpecError(installed.faults()))  # what is unknown may be theirs
        self.report.raise_if_any()
        if not file.outputs and len(root.outputs) != 1:
            raise self._several_outputs(root)
        late = frozenset(output.name for output in file.outputs if output.train_only)
        mark_train_only(root, late)
        return Program(
            name=file.name,
            root=root,
            about=file.about,
            source=file.citation,
            params={name: environment[name] for name in file.params},
            spec=file.source.name,
            train_only=late,
        )

    def _several_outputs(self, root: Instance) -> SpecError:
        message = f"the network ends with {len(root.outputs)} tensors, not with one"
        notes = [self.origin(value) for value in root.outputs]
        hint = "merge the branches (`merge: concat`), or give them names: `outputs: {...}`"
        return fault("NS306", message, self.file.body[-1].span, notes=notes, hint=hint)

    def _root(self, inputs: Flow) -> Instance:
        file = self.file
        if not file.body:
            self.report.raise_if_any()
            raise fault("NS205", "the spec has no `body`", start(file))
        environment = self.files.environment(file)
        arguments = {name: Argument(environment[name]) for name in file.params}
        environment.inputs = tuple([value.type for value in inputs])
        require_of_file(file, environment)
        text = Text(file.name, file.body, file.body[0].span, outputs=file.outputs)
        names = {value.name: value for value in inputs if value.name and file.inputs[0].name}
        body = Body(self, names, None)
        return self._make(text, body, inputs, len(inputs), environment, arguments)

    def block_instance(
        self,
        block: Block,
        arguments: Mapping[str, Argument],
        flow: Flow,
        carried: Flow,
        frame: Frame,
    ) -> Instance:
        """The instance of a block; `carried` are the tensors that its block arguments bring."""
        values = tuple([argument.value for argument in arguments.values()])
        cached = (id(block), self._keys.of(values), *_signature(values, flow, carried))

        def build() -> Instance:
            inputs = self._inputs(flow + carried)
            moved = dict(zip(carried, inputs[len(flow) :], strict=True))
            environment = self.files.environment(block.home)
            environment.update({n: rebase(a.value, moved) for n, a in arguments.items()})
            text = Text(
                block.name,
                block.body,
                block.span,
                block.about,
                block.numbered,
                block.outputs,
                _declared(block),
            )
            body = Body(self, named_inputs(block, inputs), frame)
            return self._make(text, body, inputs, len(flow), environment, arguments)

        return self._instance(cached, frame, build)

    def closure_instance(
        self, name: str, closure: Closure, flow: Flow, carried: Flow, frame: Frame
    ) -> Instance:
        """The instance of an inline body, called after the parameter that holds it."""
        cached = (name, self._keys.of(closure), *_signature(closure, flow, carried))

        def build() -> Instance:
            inputs = self._inputs(flow + carried)
            moved = dict(zip(carried, inputs[len(flow) :], strict=True))
            inner: Closure = rebase(closure, moved)
            text = Text(name, (inner.step,), inner.step.span)
            environment = inner.environment.at(())
            body = Body(self, inner.wires, frame)
            return self._make(text, body, inputs, len(flow), environment, {})

        return self._instance(cached, frame, build)

    def _instance(self, cached: Hashable, frame: Frame, build: Any) -> Instance:
        known = self._instances.get(cached)
        if isinstance(known, Instance):
            return known
        if isinstance(known, Abandoned):
            raise Abandoned
        if isinstance(known, Frame):
            raise calls_itself(frame)
        if self._depth >= MAX_DEPTH:
            raise nested_too_deep(frame)
        self.spend(RECURSION_STEPS if frame.recurs else INSTANCE_STEPS, frame.span)
        self._instances[cached] = frame
        self._depth += 1
        try:
            instance: Instance = build()
        except (SpecError, Abandoned) as error:
            self._instances[cached] = Abandoned()
            if isinstance(error, Abandoned):
                raise
            raise frame.added_to(error) from None
        finally:
            self._depth -= 1
        self._instances[cached] = instance
        return instance

    def _inputs(self, outer: Flow) -> Flow:
        """New values for the inputs of an instance, remembering what they stand for."""
        inputs = tuple(
            [Value(value.type, name="x" if k == 0 else None) for k, value in enumerate(outer)]
        )
        self.around.outer.update(zip(inputs, outer, strict=True))
        return inputs

    def _make(
        self,
        text: Text,
        body: Body,
        inputs: Flow,
        own: int,
        environment: Environment,
        arguments: Mapping[str, Argument],
    ) -> Instance:
        """Run the text on the first `own` inputs; the others are carried along by its arguments."""
        level = Level((), naming.bases(text.steps, environment), numbered=text.numbered)
        context = Context(environment, level)
        outputs = body.outputs(text.outputs, body.run(text.steps, inputs[:own], context), context)
        without_unread(body.calls, outputs)
        calls = merge_repeats(body.calls, outputs)
        return Instance(
            text.name,
            arguments,
            inputs,
            calls,
            outputs,
            text.span,
            text.about,
            output_names=tuple([output.name for output in text.outputs]),
            conditions=body.conditions.settled(),
            defaults=text.defaults,
        )

    def spend(self, steps: int, span: Span) -> None:
        """Count work done; raises `SpecError` (NS402) where it is more than a spec may ask for."""
        self._steps += steps
        if self._steps > MAX_STEPS:
            raise fault("NS402", f"more than {MAX_STEPS} steps to elaborate", span)

    def add(self, error: SpecError) -> None:
        """Report faults, those of shapes once for each place."""
        known = {place(each) for each in self.report.faults if each.code.startswith("NS3")}
        for each in error.diagnostics:
            if place(each) in known:
                self.repeated.setdefault(place(each), []).append(each)
            else:
                self.report.add(SpecError([each]))

    def refused(self, body: Body, op: Op, error: ShapeError, flow: Flow, site: Site) -> Tensors:
        """What an op is taken to give that does not take its inputs; here nothing: raises
        `SpecError`.
        """
        span = site.use.span
        if (error.code, span) in self._explained:
            raise fault(error.code, error.message, span)
        self._explained.add((error.code, span))
        raise self.explain(body, op, error, flow, site)

    def explain(self, body: Body, op: Op, error: ShapeError, flow: Flow, site: Site) -> SpecError:
        """The fault of an op that does not take its inputs: where they come from, what made their
        sizes, what would mend it.
        """
        from netspec.elaborate.mends import explained

        self._left_to_explain -= 1
        if self._left_to_explain < 0:
            return fault(error.code, error.message, site.use.span)
        return explained(body, op, error, flow, site)

    def about_input(self, body: Body, error: SpecError, flow: Flow) -> SpecError:
        """Faults of arguments, with what made the sizes of the input that they speak of."""
        from netspec.elaborate.mends import with_sizes

        return with_sizes(body, error, flow)

    def origin(self, value: Value) -> Note:
        """The op that made a tensor, and the line where it stands."""
        from netspec.elaborate.origins import origin

        return origin(value, self.around)


def _declared(block: Block) -> dict[str, Argument]:
    """The defaults of a block's parameters that are no blocks or lists."""
    literal = {name: Argument(value) for name, value in block.literal_defaults.items()}
    return literal | {name: Argument(None, t) for name, t in block.calculated_defaults.items()}


def place(fault: Diagnostic) -> tuple[str, str]:
    """What makes a fault of shapes the same in other uses of a block."""
    return fault.code, str(fault.span)


def _signature(values: Any, flow: Flow, carried: Flow) -> tuple[Hashable, ...]:
    """The types of the inputs, and which of the carried tensors stands where in the arguments."""
    order = {value: k for k, value in enumerate(carried)}
    pattern = tuple([order[value] for value in tensors(values)])
    return tuple([value.type for value in flow + carried]), pattern
