"""Mixture of experts: each token is read by the top_k experts its router likes best."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from rxt.nn.feedforward import ACTIVATIONS


class Router(nn.Module):
    """Softmax over experts, the best top_k, their weights renormalised to sum 1."""

    def __init__(self, width: int, experts: int, top_k: int) -> None:
        super().__init__()
        self.top_k = top_k
        self.gate = nn.Linear(width, experts, bias=False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x: [N, D] -> weights [N, top_k] in (0, 1], experts [N, top_k]."""
        weights, experts = self.gate(x).softmax(dim=-1).topk(self.top_k, dim=-1)
        return weights / weights.sum(dim=-1, keepdim=True), experts


class Experts(nn.Module):
    """E feed-forward layers whose weights lie in one tensor each, expert first."""

    def __init__(self, width: int, hidden: int, activation: str, gated: bool, experts: int) -> None:
        super().__init__()
        inner = 2 * hidden if gated else hidden
        self.gated = gated
        self.fc1_weight = nn.Parameter(torch.empty(experts, inner, width))
        self.fc1_bias = nn.Parameter(torch.zeros(experts, inner))
        self.fc2_weight = nn.Parameter(torch.empty(experts, width, hidden))
        self.fc2_bias = nn.Parameter(torch.zeros(experts, width))
        self._activation = ACTIVATIONS[activation]

    def first(self, expert: int, dtype: torch.dtype) -> Tensor:
        """fc1's matrix of one expert, [inner, D]."""
        return self.fc1_weight[expert].to(dtype)

    def second(self, expert: int, dtype: torch.dtype) -> Tensor:
        """fc2's matrix of one expert, [D, hidden]."""
        return self.fc2_weight[expert].to(dtype)

    def forward(self, x: Tensor, expert: int) -> Tensor:
        """x: [N, D], the tokens of one expert -> [N, D]."""
        hidden = functional.linear(x, self.first(expert, x.dtype), self.fc1_bias[expert])
        if self.gated:
            value, gate = hidden.chunk(2, dim=-1)
            hidden = value * self._activation(gate)
        else:
            hidden = self._activation(hidden)
        return functional.linear(hidden, self.second(expert, x.dtype), self.fc2_bias[expert])


class MixtureOfExperts(nn.Module):
    """Every expert that was chosen reads its tokens together, so that its weights are read once."""

    def __init__(self, width: int, hidden: int, activation: str, gated: bool, experts: int, top_k: int) -> None:
        super().__init__()
        self.router = Router(width, experts, top_k)
        self.experts = Experts(width, hidden, activation, gated, experts)

    def forward(self, x: Tensor) -> Tensor:
        """[..., D] -> [..., D]."""
        flat = x.reshape(-1, x.shape[-1])  # [N, D]
        weights, chosen = self.router(flat)  # [N, top_k]
        if len(flat) == 1:
            return torch.mm(weights, torch.cat([self.experts(flat, expert) for expert in chosen[0].tolist()])).view_as(
                x
            )
        # Tokens sorted by expert: each expert's are neighbours, and everything else is done for all of them at once.
        order = chosen.flatten().argsort(stable=True)  # [N * top_k]
        counts = chosen.flatten().bincount(minlength=self.experts.fc1_weight.shape[0]).tolist()
        token = order // chosen.shape[-1]
        parts = flat[token].split(counts)
        read = torch.cat([self.experts(part, expert) for expert, part in enumerate(parts) if counts[expert]])
        read = read * weights.flatten()[order, None]
        return torch.zeros_like(flat).index_add_(0, token, read).view_as(x)
