"""Steps to calls: a `Body` turns the text of one instance into its dataflow graph."""

from __future__ import annotations

from collections import ChainMap, Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from netspec.diagnostics import Span, SpecError, fault
from netspec.elaborate import naming
from netspec.elaborate.conditions import Conditions
from netspec.elaborate.context import (
    Abandoned,
    Context,
    Flow,
    Frame,
    Played,
    Site,
    in_chain,
)
from netspec.elaborate.loops import generated_paths, run_loop, skip
from netspec.elaborate.naming import Level, NameTaken
from netspec.elaborate.operands import arranged
from netspec.elaborate.replay import once_more, shared
from netspec.elaborate.unknown import stray_keys
from netspec.elaborate.uses import apply
from netspec.elaborate.weighting import weighting
from netspec.elaborate.wires import bindings, picked, rendered, unknown_step, wire_of
from netspec.ops.base import Op
from netspec.program import Argument, Call, Instance, Path, Value
from netspec.syntax.closures import WORDS
from netspec.syntax.expression import Expression
from netspec.syntax.spec import Output
from netspec.syntax.steps import Again, Branches, Origin, Step, Template, Unread, Use, step_names
from netspec.tensor import Tensor

if TYPE_CHECKING:
    from netspec.elaborate.elaborator import Elaborator


class Body:
    """One instance under construction: its calls, and the names of its steps so far."""

    def __init__(
        self, elaborator: Elaborator, names: Mapping[str, Any], frame: Frame | None
    ) -> None:
        self.elaborator = elaborator
        self.frame = frame
        self.calls: list[Call] = []
        self.reads: Counter[Value] = Counter()
        """How often calls read a value."""
        self.names: ChainMap[str, Any] = ChainMap({}, dict(names))
        self.played: ChainMap[str, Played | None] = ChainMap({})
        """The steps with a name, as they were done; None for those that `when` left out."""
        self.is_replaying = False
        """Whether calls use the weights of earlier ones."""
        self.runs: defaultdict[tuple[Path, str], list[Call]] = defaultdict(list)
        """The counted calls, by the group and stem of their place."""
        self.opened: set[Call] = set()
        """Calls of blocks whose last merge became part of another."""
        self.reused: set[Call] = set()
        """Calls of a step with `share`."""
        self.registered: dict[Path, Call] = {}
        """The calls that register what stands at their path."""
        self.lost: set[str] = set()
        """The names of steps in branches with a fault."""
        self.unmerged: dict[Flow, Span] = {}
        """Where the branches stand whose outputs nothing merges."""
        self.conditions = Conditions()
        self.under: tuple[str, ...] = ()
        """The `when`s around what is being done."""
        self._loops = 0

    def run(self, steps: Iterable[Step], flow: Flow, context: Context) -> Flow:
        """Steps one after the other."""
        for step in steps:
            flow = self.step(step, flow, context)
        return flow

    def step(self, step: Step, flow: Flow, context: Context) -> Flow:
        """One step with its modifiers: `from` once, then the loop, then each iteration."""
        if step.stray:
            raise stray_keys(step, context.environment.home, context.environment)
        if isinstance(step.body, Unread):
            raise Abandoned
        try:
            if step.origin is not None:
                flow = self.wires(step, step.origin, flow, context)
            if step.loop is not None:
                return run_loop(self, step, step.loop, flow, context)
            return self.iteration(step, flow, context)
        except NameTaken as error:
            span = step.name.span if step.name else step.span
            message = f"the name `{error}` is already taken beside this step"
            hint = "give one of them another `name`"
            raise fault("NS208", message, span, hint=hint) from None

    def iteration(
        self, step: Step, flow: Flow, context: Context, group: Level | None = None
    ) -> Flow:
        """The step once, without `from` and loop; in a loop with a name a child of `group`."""
        environment = context.of(flow)
        name = None if step.name is None else rendered(step.name, environment)
        if step.when is None or self.conditions.hold(step.when, environment):
            around = self.under
            self.under += () if step.when is None else (step.when.text,)
            outputs = self._once(step, flow, context, group)
            self.under = around
        else:
            outputs = flow
            self._leave_out(step, name, context)
        if name is not None:
            self.names.update(bindings(name, outputs))
            self.elaborator.named.update(outputs)
        return outputs

    def _leave_out(self, step: Step, name: str | None, context: Context) -> None:
        if name is not None:
            self.played[name] = None
        elif step.weights.share is not None and context.shared is not None:
            context.shared.setdefault(step, None)
        else:
            skip(step, context)

    def _once(self, step: Step, flow: Flow, context: Context, group: Level | None) -> Flow:
        if isinstance(step.body, Again):
            return once_more(self, step, step.body, flow, context)
        if step.weights.share is not None:
            return shared(self, step, step.weights.share, flow, context)
        address = self._address(step, context, group)
        outputs = self.body(step, flow, context, address)
        if step.name is not None and group is None:
            name = rendered(step.name, context.environment)
            self.played[name] = Played(replace(step, loop=None), context, address)
        return outputs

    @contextmanager
    def replaying(self) -> Iterator[None]:
        """Calls use the weights that stand at their paths."""
        before, self.is_replaying = self.is_replaying, True
        try:
            yield
        finally:
            self.is_replaying = before

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Names are bound for the while only."""
        before = self.names, self.played
        self.names, self.played = self.names.new_child(), self.played.new_child()
        try:
            yield
        finally:
            self.names, self.played = before

    def _address(self, step: Step, context: Context, group: Level | None) -> Path | None:
        if group is not None:
            return group.unnamed("", merge=False)
        return None if step.name is None else self.address(step.name, context)

    def address(self, name: Template, context: Context) -> Path:
        """The path that a name gives: of its own, or the next entry of a list in a loop."""
        text = rendered(name, context.environment)
        if any(not (name.names & variables) for variables in context.open_loops):
            return context.level.listed(text)
        return context.level.named(text)

    def body(self, step: Step, flow: Flow, context: Context, address: Path | None) -> Flow:
        """What a step does once, at the path that its name gives, if it has one."""
        body = step.body
        assert not isinstance(body, Again | Unread)
        if step.weights.fixed:
            context = replace(context, fixed=True)
        if isinstance(body, Use):
            site = Site(body, context, address, step.weights, step.origin, step.note)
            return apply(self, site, flow)
        if isinstance(body, Branches):
            if address is not None:
                unnamed = [replace(step, name=None, loop=None)]
                bases = naming.bases(unnamed, context.environment)
                context = context.inside(Level(address, bases, numbered=False))
            return self._branches(body, flow, context)
        if address is not None:
            bases = naming.bases(body, context.environment)
            context = context.inside(Level(address, bases, numbered=True))
        return self.run(body, flow, context)

    def _branches(self, branches: Branches, flow: Flow, context: Context) -> Flow:
        """Every path on the same input; a fault in one does not hide those of the others."""
        outputs: list[Value] = []
        made_by: list[Step] = []
        abandoned = False
        self.reads.update(flow)  # what a path takes, the others still read
        for path in branches.paths:
            try:
                made = self._path(path, flow, context)
                outputs += made
                made_by += [path] * len(made)
            except (SpecError, Abandoned) as error:
                abandoned = True
                self.lost |= step_names([path])
                if isinstance(error, SpecError):
                    self.elaborator.add(in_chain(error, self.frame))
        self.reads.subtract(flow)
        if abandoned:
            raise Abandoned
        self.elaborator.spend(len(outputs), branches.span)
        if branches.merge is None:
            self.unmerged[tuple(outputs)] = branches.span
            return tuple(outputs)
        merge = naming.target_of(branches.merge, context.of(tuple(outputs)))
        if isinstance(merge, type) and not merge.merges:
            message = f"`{branches.merge.head}` does not merge branches"
            raise fault("NS302", message, branches.merge.span)
        site = Site(branches.merge, context, paths=tuple(made_by), start=flow)
        return apply(self, site, tuple(outputs))

    def _path(self, path: Step, flow: Flow, context: Context) -> Flow:
        if path.loop is None:
            return self.step(path, flow, context)
        if path.origin is not None:
            flow = self.wires(path, path.origin, flow, context)
        return generated_paths(self, path, path.loop, flow, context)

    def wires(self, step: Step, origin: Origin, flow: Flow, context: Context) -> Flow:
        """The tensors of a step's `from`, one for each operand where it gives them names."""
        if origin.expression is not None:
            return self.wire(origin.expression, flow, context)
        operands: list[Value] = []
        for name, source in origin.operands.items():
            operands.append(self.single(source, f"`{name}`", flow, context))
        return arranged(self, step, origin, tuple(operands), context)

    def single(self, source: Expression, what: str, flow: Flow, context: Context) -> Value:
        """The one tensor that an expression names; raises `SpecError` (NS207) for several."""
        found = self.wire(source, flow, context)
        if len(found) != 1:
            message = f"{what} is {len(found)} tensors, not one: `{source.text}`"
            raise fault("NS207", message, source.span)
        return found[0]

    def outputs(self, outputs: Iterable[Output], flow: Flow, context: Context) -> Flow:
        """The tensors of a block's or network's `outputs`; its last step's where it has none."""
        named = [self.single(o.value, f"the output `{o.name}`", flow, context) for o in outputs]
        return tuple(named) or flow

    def wire(self, source: Expression, flow: Flow, context: Context) -> Flow:
        """The tensors that a `from` names."""
        scope = ChainMap({"_": wire_of(flow)}, self.names, context.environment)
        for name in sorted(source.names - WORDS.keys()):
            if name not in scope and name.partition(".")[0] in self.lost:
                raise Abandoned
            if name not in scope:
                home = context.environment.home
                raise unknown_step(name, self.names, source.place_of(name), home)
        return picked(source, scope)

    def next_loop(self) -> int:
        """A number for a loop that no other loop of this body has."""
        self._loops += 1
        return self._loops

    def call(
        self,
        target: Op | Instance,
        inputs: Flow,
        outputs: tuple[Tensor, ...],
        path: Path,
        site: Site,
        arguments: Mapping[str, Argument],
    ) -> Flow:
        """Append a call; returns its outputs."""
        self.elaborator.spend(max(len(inputs), len(outputs), 1), site.use.span)
        call = Call(
            target,
            inputs,
            (),
            naming.place(path),
            site.use.span,
            loops=site.context.loops,
            note=site.note,
            arguments=arguments,
            conditions=self.under,
        )
        call.weighting = weighting(self, call, path, site)
        call.outputs = tuple([Value(type, call, k) for k, type in enumerate(outputs)])
        if site.origin is not None:
            self.elaborator.around.picked[call] = site.origin
        self.calls.append(call)
        for value in inputs:
            self.reads[value] += 1
        if not call.weighting.again:
            self.registered[path] = call
        return call.outputs
