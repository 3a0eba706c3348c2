import torch


def trained() -> dict[str, torch.Tensor]:
    return {"weight": torch.zeros(4, 3, 3, 3), "bias": torch.zeros(4)}
