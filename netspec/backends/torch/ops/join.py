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
    return Lowering(form, module, DROP_JOIN, prologue="DropJoin.draw(self, {}.device)")


DROP_JOIN = '''
class DropJoin(nn.Module):
    """The mean of its columns, the deepest last; in training of those that are kept."""

    def __init__(self, columns: int, p: float, p_global: float = 0.5) -> None:
        super().__init__()
        self.columns, self.p, self.p_global = columns, p, p_global
        self.drawn: torch.Tensor | None = None

    @staticmethod
    def draw(network: nn.Module, device: torch.device) -> None:
        """Draw for all joins of the network: whether they keep one column, and which."""
        if network.training:
            joins = [m for m in network.modules() if isinstance(m, DropJoin)]
            widest = max([1, *(join.columns for join in joins)])
            drawn = torch.rand(1 + widest, device=device)
            for join in joins:
                join.drawn = drawn

    def forward(self, *columns: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return sum(columns[1:], columns[0]) / self.columns
        own = torch.rand(1 + self.columns, device=columns[0].device)
        drawn = own if self.drawn is None else self.drawn
        column = (drawn == drawn[1:].max())[-self.columns :]
        some = (own[1:] >= self.p) | (own[1:] == own[1:].max())
        kept = torch.where(drawn[0] < self.p_global, column | ~column.any(), some)
        total = sum(torch.where(keep, x, 0) for keep, x in zip(kept, columns))
        return total / kept.sum()
'''
