"""What every model keeps to, whatever is inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from synthc.runtime.federated.device import Device
from synthc.runtime.training.checkpoint import Trained, build, load_model, save_model, weights
from synthc.runtime.training.loss import loss_sum
from synthc.runtime.training.models.transformer import turned, turning
from synthc.runtime.training.vocab import Vocab
from tests.runtime.training.tiny import GRU, MODEL, TRANSFORMER

VOCAB = Vocab(words=tuple("abcdefgh"), lowercase=True)
KINDS = [MODEL, {**MODEL, "coupled": True}, GRU, {**GRU, "tied": False}, TRANSFORMER, {**TRANSFORMER, "embedding": None, "tied": False}]
every_kind = pytest.mark.parametrize("settings", KINDS, ids=lambda s: f"{s['kind']}-{'-'.join(str(v) for v in s.values())}")


@every_kind
def test_padding_at_the_right_changes_nothing(settings: dict[str, Any]) -> None:
    """Logits of a sentence are the same alone and beside a longer one."""
    model = build(settings, VOCAB, seed=1).eval()
    alone, beside = model(torch.tensor([[2, 5]])), model(torch.tensor([[2, 5, 0, 0], [2, 5, 6, 7]]))

    assert torch.allclose(alone[0], beside[0, :2], atol=1e-6)


@every_kind
def test_no_place_looks_ahead(settings: dict[str, Any]) -> None:
    """And each looks back: what comes later changes nothing before it, and something behind it."""
    model = build(settings, VOCAB, seed=1).eval()
    one, other = model(torch.tensor([[2, 5, 6, 7]])), model(torch.tensor([[2, 5, 9, 7]]))

    assert torch.allclose(one[:, :2], other[:, :2], atol=1e-6)
    assert not torch.allclose(one[:, 3], other[:, 3], atol=1e-6)


@every_kind
def test_a_saved_model_gives_the_same_logits(tmp_path: Path, settings: dict[str, Any]) -> None:
    """A model folder stands alone."""
    model = build(settings, VOCAB, seed=1).eval()
    save_model(Trained(model=model, settings=settings, vocab=VOCAB), tmp_path)
    ids = torch.tensor([[2, 4, 5]])

    assert torch.equal(load_model(tmp_path).model(ids), model(ids))


@every_kind
def test_a_device_holds_it_as_one_flat_buffer(settings: dict[str, Any]) -> None:
    """All that it learns is in the buffer: noughts there are a model that says nothing, and what was there gives the same loss."""
    model = build(settings, VOCAB, seed=1)
    ids = torch.tensor([[2, 4, 5]])
    before = loss_sum(model, ids, ids)[0].item()
    device = Device(model=model, users=None, settings={})  # type: ignore[arg-type]
    kept = device.flat.clone()

    assert device.flat.dtype == torch.float32
    assert len(device.flat) == sum(weight.numel() for weight in weights(model).values())
    assert loss_sum(model, ids, ids)[0].item() == pytest.approx(before)
    device.flat.zero_()
    assert loss_sum(model, ids, ids)[0].item() == pytest.approx(3 * torch.tensor(float(VOCAB.size)).log().item(), rel=1e-5)
    device.flat.copy_(kept)
    assert loss_sum(model, ids, ids)[0].item() == pytest.approx(before)


def test_a_rotary_position_keeps_lengths_and_tells_distances() -> None:
    """What two places have to do with each other depends on how far apart they are alone (Su et al. 2021)."""
    query, key = torch.randn(8), torch.randn(8)
    turns = turning(12, 8, query.device)
    queries, keys = (turned(x.expand(1, 1, 12, 8), turns)[0, 0] for x in (query, key))

    assert torch.allclose(queries.norm(dim=-1), query.norm().expand(12), atol=1e-5)
    assert torch.allclose(queries[3] @ keys[1], queries[9] @ keys[7], atol=1e-5)
    assert not torch.allclose(queries[3] @ keys[1], queries[3] @ keys[2], atol=1e-5)
