"""Steps to calls: one `Body` turns the text of one instance into its dataflow graph."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from netspec.diagnostics import Note, Span, SpecError, fault, nearest
from netspec.elaborate import naming
from netspec.elaborate.arguments import Supplied, bind_block
from netspec.elaborate.environment import Environment, callable_names
from netspec.elaborate.naming import Level, NameTaken
from netspec.elaborate.values import BlockValue, Closure, Partial, Reference, tensors
from netspec.ops.base import Op, ShapeError
from netspec.program import Argument, Call, Instance, Loop, Path, Value
from netspec.syntax.expression import Expression
from netspec.syntax.spec import Block, SpecFile
from netspec.syntax.steps import Branches, Repetition, Step, Template, Use
from netspec.tensor import Tensor

if TYPE_CHECKING:
    from netspec.elaborate.elaborator import Elaborator

Flow = tuple[Value, ...]
MAX_ITERATIONS = 10_000_000


class Abandoned(Exception):
    """A fault was reported; nothing can be said of what depends on it."""


@dataclass(frozen=True, slots=True)
class Context:
    """What surrounds a step inside a body."""

    environment: Environment
    level: Level
    loops: tuple[Loop, ...] = ()
    open_loops: tuple[frozenset[str], ...] = ()
    """The variables of each unnamed loop since the level began."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A link of the chain of blocks that led here."""

    block: str
    span: Span
    caller: Frame | None
    inline: Block | None = None

    def notes(self) -> Iterator[Note]:
        frame: Frame | None = self
        while frame is not None:
            yield Note(f"in `{frame.block}`, used here", frame.span)
            frame = frame.caller


class Body:
    """One instance under construction: its calls, and the names of its steps so far."""

    def __init__(
        self, elaborator: Elaborator, names: Mapping[str, Any], frame: Frame | None
    ) -> None:
        self.elaborator = elaborator
        self.frame = frame
        self.calls: list[Call] = []
        self.names: ChainMap[str, Any] = ChainMap({}, dict(names))
        self.loop_keys = 0

    # ------------------------------------------------------------------------------- steps

    def run(self, steps: Iterable[Step], flow: Flow, context: Context) -> Flow:
        """Steps one after the other."""
        for step in steps:
            flow = self.step(step, flow, context)
        return flow

    def step(self, step: Step, flow: Flow, context: Context) -> Flow:
        """One step with its modifiers: `from` once, then the loop, then each iteration."""
        try:
            if step.source is not None:
                flow = self.wire(step.source, flow, context)
            if step.loop is not None:
                return self.loop(step, step.loop, flow, context)
            return self.iteration(step, flow, context)
        except NameTaken as error:
            span = step.name.span if step.name else step.span
            hint = "give one of them another `name`"
            message = f"the name `{error}` is already taken beside this step"
            raise fault("NS208", message, span, hint=hint) from None

    def iteration(
        self, step: Step, flow: Flow, context: Context, address: Path | None = None
    ) -> Flow:
        """The step once, without `from` and loop; `address` is its path where a loop names it."""
        environment = context.environment
        environment.inputs = tuple([value.type for value in flow])
        if step.when is not None and not step.when.evaluate(environment):
            if step.name is None and address is None:
                context.level.skip(naming.bases([replace(step, loop=None)], environment))
            outputs = flow
        else:
            if address is None and step.name is not None:
                address = self.address(step.name, context)
            outputs = self.body(step, flow, context, address)
        if step.name is not None:
            self.names[_rendered(step.name, environment)] = _wire(outputs)
        return outputs

    def body(self, step: Step, flow: Flow, context: Context, address: Path | None) -> Flow:
        if isinstance(step.body, Use):
            return self.use(step.body, flow, context, address, step.note)
        if isinstance(step.body, Branches):
            if address is not None:
                level = self.level(address, [step], context.environment, numbered=False)
                context = replace(context, level=level, open_loops=())
            return self.branches(step.body, flow, context)
        if address is not None:
            level = self.level(address, step.body, context.environment, numbered=True)
            context = replace(context, level=level, open_loops=())
        return self.run(step.body, flow, context)

    def level(
        self, group: Path, steps: Sequence[Step], environment: Environment, *, numbered: bool
    ) -> Level:
        inside = [replace(step, name=None, loop=None) for step in steps] if not numbered else steps
        return Level(group, naming.bases(inside, environment), numbered=numbered)

    def address(self, name: Template, context: Context) -> Path:
        """The path that a name gives: of its own, or the next entry of a list in a loop."""
        rendered = _rendered(name, context.environment)
        if any(not (name.names & variables) for variables in context.open_loops):
            return context.level.listed(rendered)
        return context.level.named(rendered)

    # ------------------------------------------------------------------------------- wires

    def wire(self, source: Expression, flow: Flow, context: Context) -> Flow:
        """The tensors that a `from` names."""
        scope = ChainMap({"_": _wire(flow)}, self.names, context.environment)  # type: ignore[arg-type]
        for name in sorted(source.names):
            if name not in scope:
                known = [n for n in self.names if isinstance(n, str)]
                hint = nearest(name, known) or _list_of("steps named so far", known)
                message = f"no step named `{name}` before this one"
                raise fault("NS207", message, source.span, hint=hint)
        found = source.evaluate(scope)
        picked = tuple(tensors(found))
        if not isinstance(found, Value | tuple) or (not picked and found != ()):
            message = f"`{source.text}` is {_kind(found)}, not the output of a step"
            raise fault("NS207", message, source.span)
        return picked

    # ------------------------------------------------------------------------------- loops

    def loop(self, step: Step, loop: Repetition, flow: Flow, context: Context) -> Flow:
        environment = context.environment
        environment.inputs = tuple([value.type for value in flow])
        self.loop_keys += 1
        key, outer = self.loop_keys, self.names
        collected: dict[str, list[Any]] = {}
        if step.name is not None and not step.name.names & loop.variables:
            group = Level(self.address(step.name, context), naming.Counter(), numbered=True)
            inside = replace(context, open_loops=())
        else:
            group = None
            unnamed = (*context.open_loops, loop.variables) if step.name is None else ()
            inside = replace(context, open_loops=unnamed or context.open_loops)
        count, variables = _iterations(loop, environment)
        k = 0
        while k < count:
            self.names = outer.new_child()
            self.elaborator.spend(1, step.span)
            inner = replace(
                inside,
                environment=environment.extended(variables(k)),
                loops=(*context.loops, Loop(key, k)),
            )
            start, before = len(self.calls), flow
            flow = self.numbered_iteration(step, flow, inner, group)
            for name, value in self.names.maps[0].items():
                collected.setdefault(name, []).append(value)
            k += 1
            if k < count and self.repeats(step, loop, start, before, flow):
                self.repeat_call(count - k, group or inside.level, step)
                break
        self.names = outer
        self.names.update({n: _after_loop(n, step, v) for n, v in collected.items()})
        if step.name is not None and group is not None:
            self.names[_rendered(step.name, environment)] = tuple(
                collected.get(_rendered(step.name, environment), ())
            )
        return flow

    def numbered_iteration(
        self, step: Step, flow: Flow, context: Context, group: Level | None
    ) -> Flow:
        """One iteration; in a loop with a name it is the next child of that group."""
        if group is None:
            return self.iteration(step, flow, context)
        environment = context.environment
        environment.inputs = tuple([value.type for value in flow])
        if step.when is not None and not step.when.evaluate(environment):
            outputs = flow
        else:
            outputs = self.body(step, flow, context, group.unnamed("", merge=False))
        assert step.name is not None
        self.names[_rendered(step.name, environment)] = _wire(outputs)
        return outputs

    def repeats(self, step: Step, loop: Repetition, start: int, before: Flow, after: Flow) -> bool:
        """Whether every further iteration is the call just made, once more on its own result."""
        return (
            len(self.calls) == start + 1
            and isinstance(step.body, Use)
            and loop.count is not None
            and not step.identifiers & loop.variables
            and not self.names.maps[0]
            and self.calls[-1].place.first is not None
            and self.calls[-1].inputs == before
            and [v.type for v in before] == [v.type for v in after]
        )

    def repeat_call(self, times: int, level: Level, step: Step) -> None:
        call = self.calls[-1]
        call.count += times
        call.loops = call.loops[:-1]
        level.pass_over(step.body.head if isinstance(step.body, Use) else "", times)

    # ----------------------------------------------------------------------------- branches

    def branches(self, branches: Branches, flow: Flow, context: Context) -> Flow:
        """Every path on the same input; a fault in one does not hide those of the others."""
        results: list[Flow] = []
        abandoned = False
        for path in branches.paths:
            try:
                results += self.path(path, flow, context)
            except SpecError as error:
                self.report(error)
                abandoned = True
            except Abandoned:
                abandoned = True
        if abandoned:
            raise Abandoned
        outputs = tuple(value for result in results for value in result)
        if branches.merge is None:
            return outputs
        context.environment.inputs = tuple([value.type for value in outputs])
        return self.use(branches.merge, outputs, context, None, None, merge=True)

    def path(self, path: Step, flow: Flow, context: Context) -> list[Flow]:
        """One path, or the paths that a loop generates."""
        if path.loop is None:
            return [self.step(path, flow, context)]
        environment = context.environment
        environment.inputs = tuple([value.type for value in flow])
        self.loop_keys += 1
        key = self.loop_keys
        count, variables = _iterations(path.loop, environment)
        opened = (*context.open_loops, path.loop.variables)
        flows = []
        for k in range(count):
            self.elaborator.spend(1, path.span)
            inner = Context(
                environment.extended(variables(k)),
                context.level,
                (*context.loops, Loop(key, k)),
                opened,
            )
            flows.append(self.step(replace(path, loop=None), flow, inner))
        return flows

    def report(self, error: SpecError) -> None:
        self.elaborator.report.add(with_notes(error, self.frame.notes() if self.frame else ()))

    # --------------------------------------------------------------------------------- uses

    def use(
        self,
        use: Use,
        flow: Flow,
        context: Context,
        address: Path | None,
        note: str | None,
        *,
        merge: bool = False,
    ) -> Flow:
        """An op or block applied to the value so far."""
        target, supplied = self.unfold(use, context)
        if isinstance(target, Closure):
            path = address or context.level.unnamed(use.head, merge=False)
            return self.inline_body(target, use, flow, context, path, note)
        if isinstance(target, Block):
            if target.inline and address is None:
                return self.inline_block(target, use, supplied, flow, context)
            path = address or context.level.unnamed(use.head, merge=False)
            return self.block(target, use, supplied, flow, context, path, note)
        if target.name in naming.PASSING:
            self.pass_on(target, context, address)
            return flow if target.name == "identity" else ()
        op, arguments = self.elaborator.op(target, use, supplied)
        if merge and not op.merges:
            raise fault("NS302", f"`{use.head}` does not merge branches", use.span)
        outputs = self.infer(op, use, flow)
        path = address or context.level.unnamed(use.head, merge=op.merges)
        return self.call(op, flow, outputs, path, use.span, context, note, arguments)

    def unfold(
        self, use: Use, context: Context
    ) -> tuple[Block | type[Op] | Closure, list[Supplied]]:
        """What a use means in the end, and the arguments given on the way, the nearest last."""
        environment, wires = context.environment, self.names
        pending: list[tuple[Use, Environment, Mapping[str, Any]]] = [(use, environment, wires)]
        value: BlockValue | Block | type[Op] | None = naming.target_of(use, environment)
        while isinstance(value, Partial):
            pending.append((value.use, value.environment, value.wires))
            value = naming.target_of(value.use, value.environment)
        if value is None:
            raise unknown_use(pending[-1][0], environment.home, environment)
        if isinstance(value, Closure):
            if use.arguments is not None:
                message = f"`{use.head}` is an inline body here and takes no arguments"
                raise fault("NS202", message, use.span)
            return value, []
        assert not isinstance(value, Reference)
        supplied = []
        inputs = environment.inputs
        for given, names, around in reversed(pending):
            prepared = self.elaborator.prepared(given, value, names.home)
            names = names if names is environment else names.at(inputs)
            supplied.append(Supplied(prepared, names, around))
        return value, supplied

    def pass_on(self, target: type[Op], context: Context, address: Path | None) -> None:
        """`identity` and `nothing` make no call; in a numbered group they hold a position."""
        if address is None and context.level.numbered:
            context.level.unnamed(target.name, merge=False)

    def infer(self, op: Op, use: Use, flow: Flow) -> tuple[Tensor, ...]:
        inputs = tuple([value.type for value in flow])
        fewest, most = op.arity
        if len(inputs) < fewest or (most is not None and len(inputs) > most):
            takes = f"{fewest}" if fewest == most else f"{fewest} or more"
            message = f"`{op.name}` takes {takes} tensors, not {len(inputs)}"
            raise fault("NS306", message, use.span, notes=self.producers(flow))
        try:
            outputs = op.infer(inputs)
        except ShapeError as error:
            raise fault(
                error.code, error.message, use.span, notes=self.producers(flow), hint=error.hint
            ) from None
        return outputs

    def producers(self, flow: Flow) -> list[Note]:
        """Where each operand comes from, with its shape."""
        return [self.elaborator.origin(value) for value in flow]

    # -------------------------------------------------------------------------------- blocks

    def block(
        self,
        block: Block,
        use: Use,
        supplied: list[Supplied],
        flow: Flow,
        context: Context,
        path: Path,
        note: str | None,
    ) -> Flow:
        """A call of the instance of `block` for these arguments and input shapes."""
        environment = self.elaborator.environment(block.home)
        environment.inputs = context.environment.inputs
        arguments = bind_block(block, use.span, supplied, environment)
        values = tuple([argument.value for argument in arguments.values()])
        taken = tuple(dict.fromkeys(tensors(values)))
        frame = Frame(block.name, use.span, self.frame)
        instance = self.elaborator.block_instance(block, arguments, flow, taken, frame)
        outputs = tuple([value.type for value in instance.outputs])
        return self.call(instance, flow + taken, outputs, path, use.span, context, note, arguments)

    def inline_body(
        self, closure: Closure, use: Use, flow: Flow, context: Context, path: Path, note: str | None
    ) -> Flow:
        """A call of the instance of an inline body for these input shapes."""
        taken = tuple(dict.fromkeys(tensors(closure)))
        frame = Frame(use.head, use.span, self.frame)
        instance = self.elaborator.closure_instance(use.head, closure, flow, taken, frame)
        outputs = tuple([value.type for value in instance.outputs])
        return self.call(instance, flow + taken, outputs, path, use.span, context, note, {})

    def inline_block(
        self, block: Block, use: Use, supplied: list[Supplied], flow: Flow, context: Context
    ) -> Flow:
        """The steps of an inline block, in place: its children are children of this level."""
        frame = self.frame
        while frame is not None and frame.inline is not None:
            if frame.inline is block:
                raise fault("NS403", f"the inline block `{block.name}` calls itself", use.span)
            frame = frame.caller
        environment = self.elaborator.environment(block.home)
        environment.inputs = context.environment.inputs
        bind_block(block, use.span, supplied, environment)
        names, frame = self.names, self.frame
        self.names, self.frame = ChainMap({}), Frame(block.name, use.span, frame, block)
        try:
            inner = replace(context, environment=environment)
            return self.run(block.body, flow, inner)
        except SpecError as error:
            note = Note(f"in `{block.name}`, used here", use.span)
            raise with_notes(error, [note]) from None
        finally:
            self.names, self.frame = names, frame

    def call(
        self,
        target: Op | Instance,
        inputs: Flow,
        outputs: tuple[Tensor, ...],
        path: Path,
        span: Span,
        context: Context,
        note: str | None,
        arguments: Mapping[str, Argument],
    ) -> Flow:
        self.elaborator.spend(1, span)
        call = Call(
            target,
            inputs,
            (),
            naming.place(path),
            span,
            loops=context.loops,
            note=note,
            arguments=arguments,
        )
        call.outputs = tuple([Value(type, call, k) for k, type in enumerate(outputs)])
        self.calls.append(call)
        return call.outputs


def with_notes(error: SpecError, notes: Iterable[Note]) -> SpecError:
    """The same faults with more of the chain that led there."""
    added = tuple(notes)
    return SpecError(replace(d, notes=d.notes + added) for d in error.diagnostics)


def unknown_use(use: Use, home: SpecFile, variables: Mapping[str, Any]) -> SpecError:
    """The fault of a head that is no op, no block and no variable that holds one."""
    if use.head in variables:
        kind = _kind(variables[use.head])
        return fault("NS201", f"`{use.head}` is {kind}, not a block", use.span)
    hint = nearest(use.head, [*callable_names(home), *variables])
    return fault("NS201", f"unknown op or block `{use.head}`", use.span, hint=hint)


def _iterations(loop: Repetition, environment: Environment) -> tuple[int, Any]:
    """How often a loop runs, and the variables of its iteration k."""
    if loop.count is not None:
        count = loop.count.evaluate(environment)
        lists: dict[str, tuple[Any, ...]] = {}
    else:
        lists = {name: _list(e, environment) for name, e in loop.lists.items()}
        count = _common_length(lists, loop)
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        span = loop.count.span if loop.count else loop.span
        raise fault("NS305", f"`repeat` is a whole number of at least 0, not {count}", span)
    if count > MAX_ITERATIONS:
        raise fault("NS402", f"a loop of more than {MAX_ITERATIONS} iterations", loop.span)

    def variables(k: int) -> dict[str, Any]:
        own = {"i": k, "first": k == 0, "last": k == count - 1}
        own.update({name: values[k] for name, values in lists.items()})
        if loop.index is not None:
            own[loop.index] = k
        return own

    return count, variables


def _list(expression: Expression, environment: Environment) -> tuple[Any, ...]:
    value = expression.evaluate(environment)
    if not isinstance(value, tuple):
        message = f"`for` takes lists: `{expression.text}` is {_kind(value)}"
        raise fault("NS204", message, expression.span)
    return value


def _common_length(lists: dict[str, tuple[Any, ...]], loop: Repetition) -> int:
    lengths = {name: len(values) for name, values in lists.items()}
    if len(set(lengths.values())) > 1:
        entries = ", ".join(f"`{name}` has {length}" for name, length in lengths.items())
        raise fault("NS204", f"the lists of a `for` are of one length: {entries}", loop.span)
    return next(iter(lengths.values()))


def _rendered(name: Template, environment: Environment) -> str:
    parts = [
        part.evaluate(environment) if isinstance(part, Expression) else part for part in name.parts
    ]
    text = "".join(map(str, parts))
    if not text.isidentifier():
        raise fault("NS208", f"`{text}` cannot be the name of a module", name.span)
    return text


def _wire(outputs: Flow) -> Any:
    return outputs[0] if len(outputs) == 1 else outputs


def _after_loop(name: str, step: Step, values: list[Any]) -> Any:
    """A name inside a loop is the list of its values after it, unless iterations name it apart."""
    apart = step.name is not None and step.name.names and len(values) == 1
    return values[0] if apart else tuple(values)


def _kind(value: Any) -> str:
    if isinstance(value, BlockValue):
        return "a block"
    if isinstance(value, tuple):
        return "a list"
    return repr(value) if isinstance(value, str) else str(value)


def _list_of(what: str, names: list[str]) -> str | None:
    return f"{what}: " + ", ".join(f"`{name}`" for name in sorted(names)) if names else None
