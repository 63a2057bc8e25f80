"""The loss worked out a few rows at a time is the loss."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from synthc.runtime.training import cross_entropy, product


def some(rows: int, precision: torch.dtype = torch.float64) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return features, weight, bias and targets."""
    torch.manual_seed(rows)
    drawn = (torch.randn(rows, 5), 3 * torch.randn(11, 5), torch.randn(11))
    features, weight, bias = (tensor.to(precision).requires_grad_() for tensor in drawn)
    return features, weight, bias, torch.randint(0, 11, (rows,))


@pytest.mark.parametrize("precision", [torch.float64, torch.float32])
@pytest.mark.parametrize("rows", [1, 7, 8, 30])
def test_loss_and_gradients_are_those_of_torch(rows: int, precision: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    """With rows that fill the last chunk and that do not; single precision goes through oneDNN where torch has it."""
    monkeypatch.setattr(cross_entropy, "ROWS", 8)
    features, weight, bias, targets = some(rows, precision)
    ours = cross_entropy.summed_cross_entropy(features, weight, bias, targets)
    theirs = F.cross_entropy(F.linear(features, weight, bias), targets, reduction="sum")

    assert torch.allclose(ours, theirs, rtol=1e-5)
    for mine, other in zip(torch.autograd.grad(3 * ours, (features, weight, bias)), torch.autograd.grad(3 * theirs, (features, weight, bias)), strict=True):
        assert torch.allclose(mine, other, rtol=1e-4, atol=1e-5 if precision == torch.float32 else 1e-8)


def test_huge_logits_do_not_overflow() -> None:
    """Scores are taken relative to the highest."""
    features, weight, bias, targets = some(4)

    assert torch.isfinite(cross_entropy.summed_cross_entropy(1e5 * features, weight, bias, targets))


def test_without_targets_there_is_no_loss() -> None:
    """A user without text has nothing to learn from."""
    features, weight, bias, targets = some(1)

    loss = cross_entropy.summed_cross_entropy(features[:0], weight, bias, targets[:0])

    assert loss == 0
    assert not torch.autograd.grad(loss, weight)[0].any()


@pytest.mark.parametrize("onednn", [True, False])
@pytest.mark.parametrize("turned", [True, False])
def test_a_product_is_that_of_torch(onednn: bool, turned: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - parameters of a test
    """With and without oneDNN, whichever way its matrices lie in memory."""
    monkeypatch.setattr(product, "ONEDNN", onednn and product.ONEDNN)
    torch.manual_seed(0)
    rows, columns, bias = torch.randn(7, 5), torch.randn(11, 5), torch.randn(11)
    laid = [(part.t().contiguous().t() if turned else part) for part in (rows, columns)]

    assert torch.allclose(product.product(laid[0], laid[1], bias), rows @ columns.t() + bias, atol=1e-5)
