"""Specs drawn at random: sequences, branches, loops, groups and blocks inside each other."""

from __future__ import annotations

from hypothesis import strategies as st

Draw = st.DrawFn
CHANNELS = st.sampled_from([4, 8, 12])
ACTIVATIONS = st.sampled_from(["relu", "tanh", "sigmoid", "dropout"])
MERGES = st.sampled_from(["sum", "mean", "max", "mul"])
COUNTS = st.integers(2, 4)
BODIES = (
    "{conv: {out: 2 * width, kernel: 3, padding: 1}}, bn, relu, {conv: width}",
    "{conv: width, repeat: depth}, tanh",
    "{do: [{conv: width}, bn, relu], repeat: depth}",
    "{do: [{branches: [identity, {conv: width}], merge: concat}], repeat: depth, name: links}",
    "{branches: [{do: [{conv: in_channels}, bn]},"
    " {do: [{conv: in_channels}], when: width > 4, name: projection}], merge: sum}",
)


class Writer:
    """Draws the text of one spec."""

    def __init__(self, draw: Draw) -> None:
        self.draw, self.blocks, self.named = draw, list[str](), 0

    def spec(self) -> str:
        blocks = [self.block() for _ in range(self.draw(st.integers(1, 2)))]
        body = self.steps(3)
        return "\n".join(
            ["netspec: 1", "name: drawn", "input: [4, 6, 6]", "blocks:", *blocks, f"body: [{body}]"]
        )

    def block(self) -> str:
        body = f"{self.draw(st.sampled_from(BODIES))}, {{relu: , when: depth > 1}}"
        inner = self.steps(1) if self.blocks else "bn"
        numbered = self.draw(st.sampled_from(["", ", children: numbered"]))
        name = f"block_{len(self.blocks)}"
        self.blocks.append(name)
        params = "params: {width: int, depth: 2}"
        return (
            f"  {name}: {{{params}, body: [{body}, {inner}, {{conv: in_channels // 2}}]{numbered}}}"
        )

    def steps(self, depth: int) -> str:
        return ", ".join(self.step(depth) for _ in range(self.draw(st.integers(1, 3))))

    def step(self, depth: int) -> str:
        kinds = [self.conv, self.wide_conv, self.norm, self.activation]
        if depth > 0:
            kinds += [self.merged, self.joined, self.repeated, self.over_list, self.group]
            kinds += [self.branches, self.dense, *([self.use] if self.blocks else [])]
        return self.draw(st.sampled_from(kinds))(depth)

    def norm(self, depth: int) -> str:
        return "bn"

    def activation(self, depth: int) -> str:
        return self.draw(ACTIVATIONS)

    def name(self) -> str:
        self.named += 1
        return f"{self.draw(st.sampled_from(['stage', 'skip_', 'mid']))}x{self.named}x"

    def loop_name(self) -> str:
        """No name, one for the loop, or one for each iteration."""
        names = ["", f", name: {self.name()}", f', name: "{self.name()}{{i + 1}}"']
        return self.draw(st.sampled_from(names))

    def conv(self, depth: int) -> str:
        return f"{{conv: {self.draw(CHANNELS)}}}"

    def wide_conv(self, depth: int) -> str:
        bias = self.draw(st.sampled_from(["true", "false"]))
        return f"{{conv: {{out: {self.draw(CHANNELS)}, kernel: 3, padding: 1, bias: {bias}}}}}"

    def merged(self, depth: int) -> str:
        out = self.draw(CHANNELS)
        paths = f"{{do: [{self.steps(depth - 1)}, conv: {out}]}}, {{conv: {out}}}"
        return f"{{branches: [{paths}, {{do: [relu, conv: {out}]}}], merge: {self.draw(MERGES)}}}"

    def joined(self, depth: int) -> str:
        return f"{{branches: [identity, {{do: [{self.steps(depth - 1)}]}}], merge: concat}}"

    def branches(self, depth: int) -> str:
        name = self.name()
        paths = f"{name}_1: {{do: [{self.steps(depth - 1)}]}}, {name}_2: [relu, {self.conv(0)}]"
        return f"{{branches: {{{paths}, {name}_3: {self.conv(0)}}}, merge: concat}}"

    def repeated(self, depth: int) -> str:
        steps = self.steps(depth - 1)
        return f"{{do: [{steps}], repeat: {self.draw(COUNTS)}{self.loop_name()}}}"

    def over_list(self, depth: int) -> str:
        first, growth = self.draw(CHANNELS), self.draw(st.sampled_from([0, 4, 8]))
        widths = [first + growth * k for k in range(self.draw(COUNTS))]
        ends = ["relu", "bn", "{branches: [identity, {conv: w}], merge: concat}"]
        steps = f"conv: {{out: w, kernel: 3, padding: 1}}, {self.draw(st.sampled_from(ends))}"
        return f"{{for: {{w: {widths}}}, do: [{steps}]{self.loop_name()}}}"

    def group(self, depth: int) -> str:
        return f"{{do: [{self.steps(depth - 1)}], name: {self.name()}}}"

    def dense(self, depth: int) -> str:
        layer = "{do: [bn, relu, conv: {out: 4, kernel: 3, padding: 1}]}"
        return f"{{dense: {{layers: {self.draw(st.integers(1, 5))}, layer: {layer}}}}}"

    def use(self, depth: int) -> str:
        block = self.draw(st.sampled_from(self.blocks))
        width, times = self.draw(CHANNELS), self.draw(st.integers(1, 3))
        return f"{{{block}: {{width: {width}, depth: {times}}}}}"


@st.composite
def specs(draw: Draw) -> str:
    """The text of a spec; it may have faults, mostly names that collide."""
    return Writer(draw).spec()
