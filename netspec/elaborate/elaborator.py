"""Elaboration: a spec becomes a program. Each block is elaborated once per arguments and shapes."""

from __future__ import annotations

import gc
import sys
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from netspec.diagnostics import Note, Report, Span, SpecError, fault
from netspec.elaborate import naming
from netspec.elaborate.binding import require_asserts
from netspec.elaborate.body import Body
from netspec.elaborate.check import check_file
from netspec.elaborate.context import Abandoned, Context, Flow, Frame, with_notes
from netspec.elaborate.environment import Environment
from netspec.elaborate.files import Files
from netspec.elaborate.interface import input_span, mark_train_only, network_inputs, start
from netspec.elaborate.naming import Level
from netspec.elaborate.repeats import merge_repeats
from netspec.elaborate.values import Closure, Keys, rebase, tensors
from netspec.elaborate.wires import named_inputs, without_unread
from netspec.ops import installed
from netspec.ops.base import Op
from netspec.program import Argument, Instance, Program, Value
from netspec.syntax.arithmetic import meter
from netspec.syntax.spec import Block, Output, SpecFile
from netspec.syntax.steps import Step

MAX_STEPS = 1_000_000
"""Calls and iterations, and `INSTANCE_STEPS` for each distinct instance, in one elaboration; for
one inside an instance of the same block `RECURSION_STEPS`, since recursions grow by mistake.
"""
INSTANCE_STEPS, RECURSION_STEPS = 3, 30
MAX_DEPTH = 150
UNKNOWN_NAME = frozenset({"NS201", "NS206"})


def elaborate(file: SpecFile, report: Report) -> Program:
    """The program of a spec. Raises `SpecError` with every fault that `report` then holds."""
    elaborator = Elaborator(file, report)
    meter.work = meter.total = 0
    with _deep_recursion(), _no_collection():
        try:
            check_file(file, elaborator.files.prepared, report)
            if file.faulty:
                report.raise_if_any()
            return elaborator.program()
        except RecursionError:
            message = "blocks, lists or files are nested too deep to be elaborated"
            raise fault("NS402", message, start(file)) from None


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Room for `MAX_DEPTH` nested blocks: a block takes about ten Python frames, none in C."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 40 * MAX_DEPTH))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


@contextmanager
def _no_collection() -> Iterator[None]:
    """No garbage collection meanwhile: hardly anything that elaboration makes is garbage, and
    looking for it takes 40 % of the time of a large spec.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@dataclass(frozen=True, slots=True)
class Text:
    """The part of a spec that instances are made of: a file's body, a block's, an inline one."""

    name: str
    steps: tuple[Step, ...]
    span: Span
    about: str | None = None
    numbered: bool = False
    outputs: tuple[Output, ...] = ()


class Elaborator:
    """What the bodies of one program share: instances made so far, limits, faults."""

    def __init__(self, file: SpecFile, report: Report) -> None:
        self.file, self.report = file, report
        self._instances: dict[Hashable, Instance | Frame | Abandoned] = {}
        self.files = Files()
        self._keys = Keys()
        self._outer: dict[Value, Value] = {}
        self.opened: dict[Instance, Instance | None] = {}
        """Instances without the flattening merge that they end in."""
        self.named: set[Value] = set()
        """The tensors that a step's name stands for."""
        self.compared: set[tuple[int, int]] = set()
        """Pairs of instances whose weights are the same."""
        self._steps = 0
        self._depth = 0

    def program(self) -> Program:
        file = self.file
        if not file.inputs:
            self.report.raise_if_any()
        environment = self.files.environment(file)
        try:
            root = self._root(network_inputs(file, environment))
        except SpecError as error:
            self.report.add(error)
        except Abandoned:
            pass
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
        require_asserts(file.asserts, input_span(file), environment)
        text = Text(file.name, file.body, file.body[0].span, outputs=file.outputs)
        names = {value.name: value for value in inputs if value.name and file.inputs[0].name}
        body = Body(self, names, None)
        return self._make(text, body, inputs, len(inputs), environment, arguments)

    # ----------------------------------------------------------------------------- instances

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
                block.name, block.body, block.span, block.about, block.numbered, block.outputs
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
        if isinstance(known, Frame) or self._depth >= MAX_DEPTH:
            raise self._endless(frame, same=known is not None)
        self.spend(RECURSION_STEPS if frame.recurs else INSTANCE_STEPS, frame.span)
        self._instances[cached] = frame
        self._depth += 1
        try:
            instance: Instance = build()
        except (SpecError, Abandoned) as error:
            self._instances[cached] = Abandoned()
            if isinstance(error, Abandoned):
                raise
            note = Note(f"in `{frame.block}`, used here", frame.span)
            raise with_notes(error, [note]) from None
        finally:
            self._depth -= 1
        self._instances[cached] = instance
        return instance

    def _endless(self, frame: Frame, *, same: bool) -> SpecError:
        name = frame.block
        if same:
            message = f"`{name}` calls itself with the same arguments on the same input shape"
        else:
            message = f"blocks nested deeper than {MAX_DEPTH}, `{name}` the last"
        hint = "a recursion needs a `when` that ends it"
        return fault("NS401", message, frame.span, hint=hint)

    def _inputs(self, outer: Flow) -> Flow:
        """New values for the inputs of an instance, remembering what they stand for."""
        inputs = tuple(
            [Value(value.type, name="x" if k == 0 else None) for k, value in enumerate(outer)]
        )
        self._outer.update(zip(inputs, outer, strict=True))
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
        names = tuple([output.name for output in text.outputs])
        return Instance(text.name, arguments, inputs, calls, outputs, text.span, text.about, names)

    # -------------------------------------------------------------------------------- faults

    def spend(self, steps: int, span: Span) -> None:
        """Count work done; raises `SpecError` (NS402) where it is more than a spec may ask for."""
        self._steps += steps
        if self._steps > MAX_STEPS:
            raise fault("NS402", f"more than {MAX_STEPS} steps to elaborate", span)

    def origin(self, value: Value) -> Note:
        """The op that made a tensor, and the line where it stands, through blocks both ways."""
        shape = value.type
        while True:
            call = value.producer
            if call is not None and isinstance(call.target, Instance):
                value = call.target.outputs[value.index]
            elif call is not None:
                assert isinstance(call.target, Op)
                return Note(f"{shape} comes from `{call.target.name}`", call.span)
            elif value in self._outer:
                value = self._outer[value]
            else:
                return Note(f"{shape} is the network's input")


def _signature(values: Any, flow: Flow, carried: Flow) -> tuple[Hashable, ...]:
    """The types of the inputs, and which of the carried tensors stands where in the arguments."""
    order = {value: k for k, value in enumerate(carried)}
    pattern = tuple([order[value] for value in tensors(values)])
    return tuple([value.type for value in flow + carried]), pattern
