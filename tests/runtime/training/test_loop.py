"""Pre-training: equal words, the same model again, and no difference after an interruption."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from synthc.runtime.training import loop
from synthc.runtime.training.checkpoint import build
from synthc.runtime.training.schedule import learning_rate
from synthc.runtime.training.sentences import Encoded
from synthc.runtime.training.vocab import Vocab
from tests.runtime.training.tiny import GRU, MODEL, TRANSFORMER

VOCAB = Vocab(words=("a", "b", "c", "d"), lowercase=True)
TEXT = Encoded.of(["a b c d", "b c", "d d d a b", "c"] * 30, VOCAB, max_words=50)
SETTINGS: dict[str, Any] = {"words": 3000, "batch": 4, "learning_rate": 0.01, "schedule": "cosine", "warmup": 0.02, "clip": 1.0}
SETTINGS |= {"softmax": None, "checks": 6, "patience": None, "precision": "float32", "compile": False}


def trained(folder: Path, *, encoded: Encoded = TEXT, of: dict[str, Any] = MODEL, validation: Encoded | None = None, device: str = "cpu", **others: Any) -> tuple[torch.nn.Module, loop.Position]:
    """Train a small model to its end."""
    torch.set_num_threads(1)
    model = build(of, VOCAB, seed=1)
    settings = {**SETTINGS, **others}
    position = loop.train(model, encoded, settings, seed=5, checkpoint=folder / "checkpoint.pt", report=lambda *_: None, validation=validation, device=device)
    return model, position


def same(a: torch.nn.Module, b: torch.nn.Module) -> bool:
    """Tell whether two models are equal bit for bit."""
    return all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))


def test_the_same_training_gives_the_same_model(tmp_path: Path) -> None:
    """A seed decides everything."""
    (tmp_path / "b").mkdir()

    assert same(trained(tmp_path)[0], trained(tmp_path / "b")[0])


LOOKED = Encoded.of(["a b c d a b", "d c"] * 4, VOCAB, max_words=50)
WAYS: list[dict[str, Any]] = [
    {"of": MODEL},
    {"of": {**MODEL, "coupled": True}},
    {"of": GRU},
    {"of": TRANSFORMER},
    {"softmax": {"words": 3}},
    {"precision": "bfloat16"},
    {"validation": LOOKED, "patience": 6, "checks": 100},
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(f"{k}={v['kind'] if k == 'of' else v}" for k, v in way.items() if k != "validation"))
def test_a_training_that_was_stopped_goes_on_bit_for_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: dict[str, Any]) -> None:
    """A checkpoint holds all that the rest of the training depends on, whatever the model and the loss."""
    whole, end = trained(tmp_path, **way)
    monkeypatch.setattr(loop, "SECONDS_BETWEEN_CHECKPOINTS", -1.0)
    saved, stop = loop._save, 20
    (tmp_path / "b").mkdir()

    def save_and_stop(model: torch.nn.Module, optimiser: torch.optim.Optimizer, position: loop.Position, path: Path) -> None:
        saved(model, optimiser, position, path)
        if position.step == stop:
            raise KeyboardInterrupt

    monkeypatch.setattr(loop, "_save", save_and_stop)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "b", **way)
    monkeypatch.setattr(loop, "_save", saved)
    again, other = trained(tmp_path / "b", **way)

    assert end.step > stop
    assert same(again, whole)
    assert (other.loss, other.checks, other.words) == (end.loss, end.checks, end.words)


def test_a_training_ends_early_when_looks_find_nothing_lower(tmp_path: Path) -> None:
    """It has the weights of the lowest look, and says where it stopped. What is looked at is unlike what is learned."""
    other = Encoded.of(["d d d d", "a a a"] * 5, VOCAB, max_words=50)
    model, end = trained(tmp_path, validation=other, patience=3, checks=30, learning_rate=0.05)
    losses = [loss for _, loss in end.checks]

    assert end.stopped
    assert end.words < SETTINGS["words"]
    assert len(losses) - 1 - losses.index(min(losses)) == 3
    assert loop.validation_loss(model, other) == pytest.approx(min(losses))


def test_without_patience_looks_change_nothing(tmp_path: Path) -> None:
    """The loss is looked at as often as it is said, and the model is the last."""
    (tmp_path / "b").mkdir()
    plain, looked = trained(tmp_path), trained(tmp_path / "b", validation=LOOKED)

    assert same(plain[0], looked[0])
    assert len(looked[1].checks) == SETTINGS["checks"]
    assert not looked[1].stopped


def test_sampled_softmax_learns_what_the_whole_one_does(tmp_path: Path) -> None:
    """Less exactly: the full cross-entropy falls as well."""
    (tmp_path / "b").mkdir()
    whole, sampled = trained(tmp_path)[0], trained(tmp_path / "b", softmax={"words": 4})[0]
    fresh = build(MODEL, VOCAB, seed=1)

    assert loop.validation_loss(sampled, TEXT) < 0.8 * loop.validation_loss(fresh, TEXT)
    assert loop.validation_loss(whole, TEXT) < loop.validation_loss(sampled, TEXT) + 0.05


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_gpu_learns_the_same(tmp_path: Path, precision: str) -> None:
    """As far as its rounding goes, and twice the same."""
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    here = trained(folders[0])[1].loss
    there = [trained(folder, device="cuda", precision=precision) for folder in folders[1:]]

    assert there[0][1].loss == pytest.approx(here, abs=0.05)
    assert same(there[0][0], there[1][0])


def test_arms_process_the_same_number_of_words(tmp_path: Path) -> None:
    """However long the sentences of an arm are, it stops at its words, give or take a batch."""
    long = Encoded.of(["a b c d a b c d a b c d"] * 40, VOCAB, max_words=50)
    (tmp_path / "b").mkdir()
    for folder, encoded in ((tmp_path, TEXT), (tmp_path / "b", long)):
        words = trained(folder, encoded=encoded)[1].words

        assert SETTINGS["words"] <= words < SETTINGS["words"] + 4 * 12


def test_a_pass_reads_every_sentence_once() -> None:
    """Batches are alike in length, and nothing is left out or read twice."""
    _, batches = next(TEXT.passes(7, seed=3))

    assert sorted(np.concatenate(batches).tolist()) == list(range(len(TEXT)))


def test_targets_are_the_inputs_one_on_with_marks_around() -> None:
    """A sentence is read behind a begin mark and ends with an end mark."""
    inputs, targets = TEXT.batch(np.array([1]))

    assert inputs.tolist() == [[2, 5, 6]]
    assert targets.tolist() == [[5, 6, 3]]


@pytest.mark.parametrize(("schedule", "end"), [("cosine", 1 / 50), ("linear", 1 / 50), ("constant", 1.0), ("inverse_sqrt", 0.02**0.5)])
def test_the_rate_rises_then_goes_on_as_its_schedule_says(schedule: str, end: float) -> None:
    """Linear warm-up to the peak, then down, or not."""
    rates = [learning_rate({**SETTINGS, "schedule": schedule}, done) for done in (0.0, 0.02, 0.25, 0.5, 1.0)]

    assert rates == sorted(rates[:2]) + sorted(rates[2:], reverse=True)
    assert max(rates) == pytest.approx(0.01)
    assert rates[-1] == pytest.approx(0.01 * end)


def test_schedules_differ_between_their_ends() -> None:
    """Half-way a line is where the cosine is, and before that below it."""
    early, half = ({name: learning_rate({**SETTINGS, "schedule": name, "warmup": 0.0}, done) for name in ("cosine", "linear")} for done in (0.25, 0.5))

    assert half["cosine"] == pytest.approx(half["linear"])
    assert early["cosine"] > early["linear"]
