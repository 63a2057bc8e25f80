"""Sampled softmax: what is drawn, how often, and that it leads where the whole one does."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from synthc.runtime.training.sampled import draw, expected, sampled_cross_entropy

IDS = 50


def test_ids_are_drawn_as_often_as_is_expected() -> None:
    """Frequent ones more often, none never; a million draws are within a few standard deviations of what corrects the loss."""
    counts = torch.bincount(draw(IDS, 1_000_000, seed=1, step=0), minlength=IDS).double()
    wanted = expected(torch.arange(IDS), IDS, 1_000_000).exp().double()

    assert wanted.sum().item() == pytest.approx(1_000_000, rel=1e-5)
    assert ((counts - wanted).abs() < 5 * wanted.sqrt()).all()


def test_a_step_draws_the_same_again() -> None:
    """And another step draws others, as does another seed."""
    drawn = draw(IDS, 20, seed=1, step=7)

    assert torch.equal(drawn, draw(IDS, 20, seed=1, step=7))
    assert not torch.equal(drawn, draw(IDS, 20, seed=1, step=8))
    assert not torch.equal(drawn, draw(IDS, 20, seed=2, step=7))


def test_its_gradient_is_that_of_the_whole_softmax_as_more_are_drawn() -> None:
    """With many draws the two point the same way, with few they do not; the correction by what is expected makes it so."""
    torch.manual_seed(0)
    features, weight, bias = torch.randn(40, 6), torch.randn(IDS, 6), torch.randn(IDS)
    targets = torch.randint(0, IDS, (40,))

    def gradient(drawn: torch.Tensor | None) -> torch.Tensor:
        x = features.clone().requires_grad_()
        whole = F.cross_entropy(F.linear(x, weight, bias), targets, reduction="sum") if drawn is None else sampled_cross_entropy(x, weight, bias, targets, drawn)
        return torch.autograd.grad(whole, x)[0].flatten()

    few, many = (F.cosine_similarity(gradient(draw(IDS, count, 3, 0)), gradient(None), dim=0).item() for count in (5, 200_000))

    assert many > 0.999
    assert few < 0.99


def test_a_target_that_was_drawn_is_told_from_others_alone() -> None:
    """Its own place among those drawn is left out: where nothing else was drawn there is nothing to learn."""
    features, weight, bias = torch.randn(3, 4), torch.randn(IDS, 4), torch.zeros(IDS)
    loss = sampled_cross_entropy(features, weight, bias, torch.tensor([7, 7, 7]), torch.tensor([7, 7]))

    assert loss.item() == pytest.approx(0.0, abs=1e-6)
