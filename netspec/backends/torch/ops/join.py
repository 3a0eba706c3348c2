"""Joins that drop operands in training."""

from __future__ import annotations

from netspec.backends.torch.code import Module, Operand
from netspec.backends.torch.lowering import Lowering, Tensors, call, lowers, option, value
from netspec.ops.join import DropJoin


@lowers(DropJoin)
def drop_join(op: DropJoin, inputs: Tensors) -> Lowering:
    columns = len(inputs)
    module = call(
        "DropJoin",
        value("columns", columns),
        value("p", op.p, "p"),
        option("p_global", op.global_, 0.5, "global"),
    )
    form = call(Module(), *(Operand(k) for k in range(columns)))
    return Lowering(form, module, DROP_JOIN, prologue="DropJoin.draw(self)")


DROP_JOIN = '''
class DropJoin(nn.Module):
    """The mean of its columns, the deepest last; in training some of them are dropped."""

    def __init__(self, columns: int, p: float, p_global: float = 0.5) -> None:
        super().__init__()
        self.columns, self.p, self.p_global = columns, p, p_global
        self.drawn: torch.Tensor | None = None

    @staticmethod
    def draw(network: nn.Module) -> None:
        """One column for all joins of the network, and whether they are to use it."""
        if network.training:
            joins = [m for m in network.modules() if isinstance(m, DropJoin)]
            drawn = DropJoin.draw_of(max(join.columns for join in joins))
            for join in joins:
                join.drawn = drawn

    @staticmethod
    def draw_of(columns: int) -> torch.Tensor:
        """A number between 0 and 1, and a column, counted from the deepest."""
        return torch.rand(2, device="cpu") * torch.tensor([1, columns], device="cpu")

    def forward(self, *columns: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return sum(columns) / len(columns)
        return sum(share * x for share, x in zip(self.shares(), columns))

    def shares(self) -> torch.Tensor:
        """What each column is multiplied with; the mean's where the one drawn is not among them."""
        drawn = self.draw_of(self.columns) if self.drawn is None else self.drawn
        own = torch.arange(self.columns - 1, -1, -1, device="cpu")
        kept = torch.rand(self.columns, device="cpu") >= self.p
        spare = own == torch.randint(self.columns, (1,), device="cpu")
        kept = torch.where(kept.any(), kept, spare)
        column = own == drawn[1].floor()
        column = torch.where(column.any(), column, True)
        left = torch.where(drawn[0] < self.p_global, column, kept)
        return left / left.sum()
'''
