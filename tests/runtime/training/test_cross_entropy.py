"""The loss worked out a few rows at a time is the loss."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from synthc.runtime.training import cross_entropy


def some(rows: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return features, weight, bias and targets in double precision."""
    torch.manual_seed(rows)
    drawn = (torch.randn(rows, 5), 3 * torch.randn(11, 5), torch.randn(11))
    features, weight, bias = (tensor.double().requires_grad_() for tensor in drawn)
    return features, weight, bias, torch.randint(0, 11, (rows,))


@pytest.mark.parametrize("rows", [1, 7, 8, 30])
def test_loss_and_gradients_are_those_of_torch(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With rows that fill the last chunk and that do not."""
    monkeypatch.setattr(cross_entropy, "ROWS", 8)
    features, weight, bias, targets = some(rows)
    ours = cross_entropy.summed_cross_entropy(features, weight, bias, targets)
    theirs = F.cross_entropy(F.linear(features, weight, bias), targets, reduction="sum")

    assert torch.allclose(ours, theirs)
    for mine, other in zip(torch.autograd.grad(3 * ours, (features, weight, bias)), torch.autograd.grad(3 * theirs, (features, weight, bias)), strict=True):
        assert torch.allclose(mine, other)


def test_huge_logits_do_not_overflow() -> None:
    """Scores are taken relative to the highest."""
    features, weight, bias, targets = some(4)

    assert torch.isfinite(cross_entropy.summed_cross_entropy(1e5 * features, weight, bias, targets))


def test_without_targets_there_is_no_loss() -> None:
    """A user without text has nothing to learn from."""
    features, weight, bias, targets = some(1)

    assert cross_entropy.summed_cross_entropy(features[:0], weight, bias, targets[:0]) == 0
