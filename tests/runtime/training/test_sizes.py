"""What the catalog says of a model's size is what torch counts of the model itself."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from synthc.compiler.catalog.model import ADAMW, CONTEXT, MODELS
from synthc.compiler.catalog.models.lstm import PRESETS
from synthc.runtime.training.checkpoint import build, parameters
from synthc.runtime.training.vocab import Vocab

LSTM = {"kind": "lstm", "embedding": 8, "hidden": 12, "projection": None, "layers": 1, "coupled": False, "tied": True}
GRU = {"kind": "gru", "embedding": 8, "hidden": 12, "projection": None, "layers": 1, "tied": True}
TRANSFORMER = {"kind": "transformer", "embedding": None, "width": 16, "layers": 2, "heads": 4, "inner": None, "tied": True}
MODELS_TRIED = [
    LSTM,
    {**LSTM, "layers": 3, "coupled": True},
    {**LSTM, "tied": False},
    {**LSTM, "tied": False, "projection": 5},
    {**LSTM, "hidden": 8},
    GRU,
    {**GRU, "layers": 2, "tied": False, "projection": 7},
    TRANSFORMER,
    {**TRANSFORMER, "embedding": 6, "layers": 3, "heads": 2, "inner": 20},
    {**TRANSFORMER, "tied": False},
]


def words(count: int) -> Vocab:
    """Return a vocabulary of some words."""
    return Vocab(words=tuple(f"w{i}" for i in range(count)), lowercase=True)


def said(settings: dict[str, Any], ids: int) -> Any:
    """Return what the catalog says."""
    entry = MODELS.find(settings["kind"])
    assert entry is not None
    assert entry.size is not None
    return entry.size(settings, ids)


@pytest.mark.filterwarnings("ignore:TF32 acceleration")
@pytest.mark.parametrize("settings", MODELS_TRIED, ids=lambda s: "-".join(f"{v}" for v in s.values()))
def test_the_catalog_counts_parameters_and_work_as_torch_does(settings: dict[str, Any]) -> None:
    """To the last one."""
    model, size = build(settings, words(30)).eval(), said(settings, 34)
    ids = torch.randint(4, 34, (3, CONTEXT))
    # Fused kernels are one operation, which the counter cannot look into.
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), torch.backends.mkldnn.flags(enabled=False), FlopCounterMode(display=False) as counter:
        model(ids)

    assert size.parameters == parameters(model)
    assert size.flops * ids.numel() == counter.get_total_flops()


def test_the_public_stackoverflow_model_has_its_parameters() -> None:
    """google-research/federated: 10,000 words and 4 special ids, 4,050,748 parameters."""
    assert parameters(build({"kind": "lstm", **PRESETS["stackoverflow"]}, words(10_000))) == 4_050_748


@pytest.mark.parametrize(("preset", "expected"), [("phone", 6_097_724), ("phone_coupled", 6_085_354), ("phone_wide", 6_452_500)])
def test_phone_sizes_have_about_six_million_parameters(preset: str, expected: int) -> None:
    """At 30,000 words, as on-device models of arXiv 2404.04360."""
    assert parameters(build({"kind": "lstm", **PRESETS[preset]}, words(30_000))) == expected
    assert said({"kind": "lstm", **PRESETS[preset]}, 30_004).parameters == expected


def test_memory_while_training_is_what_adamw_holds() -> None:
    """The weights, as much again for gradients, and twice as much for the optimiser's means."""
    model = build(TRANSFORMER, words(30))
    optimiser = torch.optim.AdamW(model.parameters())
    model(torch.tensor([[2, 5]])).sum().backward()
    optimiser.step()
    means = sum(kept.numel() * kept.element_size() for state in optimiser.state.values() for kept in state.values() if kept.dim())
    held = sum(w.numel() * w.element_size() + w.grad.numel() * w.grad.element_size() for w in model.parameters() if w.grad is not None) + means

    assert held == ADAMW * parameters(model)
