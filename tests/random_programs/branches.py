"""Branches: lists, mappings, generated ones, with and without a merge."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from netspec.tensor import Tensor
from tests.random_programs.arguments import Arguments, any_axis
from tests.random_programs.expressions import condition, exactly, literal, number
from tests.random_programs.fitting import fitted
from tests.random_programs.loops import iterations
from tests.random_programs.merges import fitting_merge
from tests.random_programs.ops import use
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Flow, Played, Scope, in_a_row, modified, wire_of
from tests.random_programs.steps import kind, sequence, step
from tests.random_programs.text import Node

ELEMENTWISE = ("sum", "mean", "max", "mul", "min", "drop_join")


@dataclass
class Paths:
    """The branches drawn so far: their text, what they give, their names if they have some."""

    scope: Scope
    named: bool
    nodes: list[Node] = field(default_factory=list)
    flows: list[list[Flow]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def start(self, pen: Pen) -> Scope:
        """The scope of one more branch."""
        path = self.scope.beside()
        if self.named:
            self.names.append(pen.name("branch_"))
            path.path = None if path.path is None else (*path.path, self.names[-1])
        return path

    def end(self, node: Node, flows: list[Flow]) -> None:
        """The branch is drawn. A loop that is no list would make a branch of each iteration."""
        loop = isinstance(node, dict) and {"repeat", "for"} & node.keys()
        self.nodes.append([node] if loop else node)
        self.flows.append(flows)
        if self.named:
            self.scope.names[self.names[-1]] = [wire_of(flow) for flow in flows]

    @property
    def text(self) -> Node:
        if not self.named:
            return self.nodes
        own = [[n] if isinstance(n, dict) and "name" in n else n for n in self.nodes]
        return dict(zip(self.names, own, strict=True))


@kind(4)
def branches(pen: Pen, scope: Scope) -> Node | None:
    """Paths of one type, or for a concatenation of one size, merged."""
    if not scope.floating:
        return None
    name, around = (pen.name(), scope.beside()) if pen.chance(20) else (None, scope)
    if name is not None and scope.path is not None:
        around.path = (*scope.path, name)
    made = _branches(pen, around)
    if made is None:
        return None
    before, scope.flows = scope.flows, around.flows
    if name is None:
        return made
    scope.played[name] = Played(before, list(scope.flows))
    scope.names[name] = [wire_of(flow) for flow in scope.flows]
    return modified(made, name=name)


def _branches(pen: Pen, scope: Scope) -> Node | None:
    concat = pen.chance(40) and scope.rank > 1
    wanted, paths = list(scope.tensors), Paths(scope, pen.chance(30))
    if pen.chance(30):
        first = paths.start(pen)
        steps = sequence(pen, first, 2)
        steps += fitted(pen, first, first.tensors if first.single and first.floating else wanted)
        wanted = list(first.tensors)
        paths.end(in_a_row(steps), first.flows)
    for _ in range(pen.integer(1, 2)):
        path = paths.start(pen)
        node = _path(pen, path, _other_channels(pen, wanted) if concat else wanted)
        paths.end(node, path.flows)
    if wanted == scope.tensors and pen.chance(60):
        paths.start(pen)
        paths.end(*_shortcut(pen, scope))
    return _merged(pen, scope, paths, ("concat",) if concat else ELEMENTWISE)


def _path(pen: Pen, path: Scope, goal: list[Tensor]) -> Node:
    steps = sequence(pen, path, 2) if pen.chance(70) else []
    steps += fitted(pen, path, goal)
    return in_a_row(steps or ["identity"])


def _other_channels(pen: Pen, wanted: list[Tensor]) -> list[Tensor]:
    channels = pen.integer(1, 5)
    return [x._replace(shape=(channels, *x.shape[1:])) for x in wanted]


def _shortcut(pen: Pen, scope: Scope) -> tuple[Node, list[Flow]]:
    """An identity, or one that is there or not."""
    if pen.chance(30):
        when = condition(pen, scope)
        there = [() if gone else flow for gone, flow in zip(when.values, scope.flows, strict=True)]
        return modified("nothing", when=when.node), there
    return "identity", list(scope.flows)


def _merged(pen: Pen, scope: Scope, paths: Paths, merges: tuple[str, ...]) -> Node | None:
    together = [sum(parts, ()) for parts in zip(*paths.flows, strict=True)]
    if pen.chance(15) and all(len(flow) < 5 for flow in together):
        scope.flows = together
        return {"branches": paths.text}
    inner = replace(scope, flows=together)
    merge = fitting_merge(pen, inner, merges)
    if merge is None:
        return None
    scope.flows = inner.flows
    return {"branches": paths.text, "merge": merge}


@kind(1)
def gate(pen: Pen, scope: Scope) -> Node | None:
    """A factor or summand per channel."""
    if scope.rank < 3 or not scope.floating:
        return None
    pools: list[Node] = ["global_avg_pool", {"global_max_pool": True}, "global_max_pool"]
    squeeze = pen.choose(pools)
    vectors = replace(scope, flows=[(x._replace(shape=x.shape[:1]),) for x in scope.tensors])
    width = exactly(pen, vectors, [x.shape[0] for x in scope.tensors])
    layers = [{"linear": width.node}, "sigmoid"] if isinstance(squeeze, str) else ["sigmoid"]
    merge = pen.choose(["mul", "sum", "max"])
    return {"branches": ["identity", [squeeze, *layers]], "merge": merge}


@kind(1)
def transformer(pen: Pen, scope: Scope) -> Node | None:
    """A map sampled on a grid that an affine map moves."""
    if scope.rank not in (3, 4):
        return None
    entries = 6 if scope.rank == 3 else 12
    theta: list[Node] = ["global_avg_pool", {"linear": entries}, "tanh"]
    shaped: list[Node] = [*theta, {"reshape": [scope.rank - 1, scope.rank]}]
    return {"branches": ["identity", pen.choose([theta, shaped])], "merge": "grid_sample"}


@kind(2)
def halves(pen: Pen, scope: Scope) -> Node | None:
    """A tensor in parts, of which the first or all go on."""
    name = pen.choose(["split", "unstack"])
    given: Arguments = {}
    if name == "split" and len({*scope.tensors}) == 1 and pen.chance(60):
        channels = scope.tensors[0].shape[0]
        first = pen.integer(1, max(1, channels - 1))
        given = {"sizes": literal(scope, [first, channels - first])}
    elif pen.chance(40):
        given = {"axis": any_axis(pen, scope)}
    return use(pen, scope, name, given)


@kind(1)
def root(pen: Pen, scope: Scope) -> Node | None:
    """Powers, of values that they keep within bounds."""
    return pen.choose([["square", "tanh"], ["sigmoid", "sqrt"]]) if scope.floating else None


@kind(2)
def generated(pen: Pen, scope: Scope) -> Node | None:
    """A path for each iteration of a loop, on the same input."""
    plan = iterations(pen, scope, least=1)
    if plan is None or not scope.floating:
        return None
    inner = plan.inside(scope)
    made = step(pen, inner) if pen.chance(60) else sequence(pen, inner, 2)
    concat = pen.chance(50) and scope.rank > 1
    wanted = plan.inside(scope).tensors
    if concat:
        out = number(pen, inner, 1, 4)
        pairs = zip(wanted, out.values, strict=True)
        wanted = [x._replace(shape=(count, *x.shape[1:])) for x, count in pairs]
    more = fitted(pen, inner, wanted)
    body = in_a_row([*(made if isinstance(made, list) else [made]), *more])
    together = plan.together(inner.flows)
    plan.collect(scope, inner)
    gathered = replace(scope, flows=together)
    merge = fitting_merge(pen, gathered, ("concat",) if concat else ELEMENTWISE)
    if merge is None:
        return None
    scope.flows = gathered.flows
    return {"branches": modified(body, **plan.modifiers), "merge": merge}
