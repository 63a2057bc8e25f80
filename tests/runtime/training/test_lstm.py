"""Sizes and options of the LSTM, against published figures and against a loop written out."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from synthc.runtime.training.checkpoint import Trained, build, load_model, parameters, save_model
from synthc.runtime.training.models.lstm import CoupledLayer
from synthc.runtime.training.vocab import Vocab

SIZES = {"kind": "lstm", "embedding": 96, "hidden": 670, "projection": None, "layers": 1, "coupled": False, "tied": False}


def words(count: int) -> Vocab:
    """Return a vocabulary of some words."""
    return Vocab(words=tuple(f"w{i}" for i in range(count)), lowercase=True)


def test_the_public_stackoverflow_model_has_its_parameters() -> None:
    """google-research/federated: 10,000 words and 4 special ones, 96 and 670, 4,050,748 parameters."""
    model = build({**SIZES, "projection": 96}, words(10_000))

    assert parameters(model) == 4_050_748


def test_tying_saves_the_output_matrix() -> None:
    """A tied model has one matrix for words, and projects to its width."""
    tied, free = (parameters(build({**SIZES, "projection": 96, "tied": tied}, words(1000))) for tied in (True, False))

    assert free - tied == 1004 * 96


def test_a_coupled_gate_saves_a_quarter_of_the_layer() -> None:
    """CIFG has three gates where the LSTM has four."""
    plain, coupled = (parameters(build({**SIZES, "coupled": which}, words(100)).layers) for which in (False, True))

    assert coupled * 4 == plain * 3


def test_a_coupled_layer_keeps_what_it_does_not_replace() -> None:
    """One step written out: c = f c + (1 - f) tanh(g), h = o tanh(c)."""
    layer = CoupledLayer(3, 2)
    x = torch.randn(1, 1, 3)
    forget, cell, output = layer.input(x)[0, 0].chunk(3)
    expected = torch.sigmoid(output) * torch.tanh((1 - torch.sigmoid(forget)) * torch.tanh(cell))

    assert torch.allclose(layer(x)[0, 0], expected)


@pytest.mark.parametrize("coupled", [True, False])
def test_padding_at_the_right_changes_nothing(*, coupled: bool) -> None:
    """Logits of a sentence are the same alone and beside a longer one."""
    model = build({**SIZES, "hidden": 8, "embedding": 4, "coupled": coupled}, words(10)).eval()
    alone, beside = model(torch.tensor([[2, 5]])), model(torch.tensor([[2, 5, 0, 0], [2, 5, 6, 7]]))

    assert torch.allclose(alone[0], beside[0, :2], atol=1e-6)


@pytest.mark.parametrize("tied", [True, False])
def test_a_saved_model_gives_the_same_logits(tmp_path: Path, *, tied: bool) -> None:
    """A model folder stands alone."""
    settings = {**SIZES, "hidden": 8, "embedding": 4, "tied": tied}
    model = build(settings, words(10), seed=1).eval()
    save_model(Trained(model=model, settings=settings, vocab=words(10)), tmp_path)

    ids = torch.tensor([[2, 4, 5]])
    assert torch.equal(load_model(tmp_path).model(ids), model(ids))
