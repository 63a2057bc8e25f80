"""Pre-training: equal words, the same model again, and no difference after an interruption."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from synthc.runtime.training import loop
from synthc.runtime.training.checkpoint import build
from synthc.runtime.training.sentences import Encoded
from synthc.runtime.training.vocab import Vocab
from tests.runtime.training.tiny import MODEL

VOCAB = Vocab(words=("a", "b", "c", "d"), lowercase=True)
TEXT = Encoded.of(["a b c d", "b c", "d d d a b", "c"] * 30, VOCAB, max_words=50)
SETTINGS: dict[str, Any] = {"words": 3000, "batch": 4, "learning_rate": 0.01, "schedule": "cosine", "warmup": 0.02, "clip": 1.0}


def trained(folder: Path, *, encoded: Encoded = TEXT, report: Callable[[int, float], None] = lambda *_: None) -> tuple[torch.nn.Module, loop.Position]:
    """Train a small model to its end."""
    torch.set_num_threads(1)
    model = build(MODEL, VOCAB, seed=1)
    position = loop.train(model, encoded, SETTINGS, seed=5, checkpoint=folder / "checkpoint.pt", report=report)
    return model, position


def same(a: torch.nn.Module, b: torch.nn.Module) -> bool:
    """Tell whether two models are equal bit for bit."""
    return all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))


def test_the_same_training_gives_the_same_model(tmp_path: Path) -> None:
    """A seed decides everything."""
    (tmp_path / "b").mkdir()

    assert same(trained(tmp_path)[0], trained(tmp_path / "b")[0])


def test_a_training_that_was_stopped_goes_on_bit_for_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint holds all that the rest of the training depends on."""
    whole = trained(tmp_path)[0]
    monkeypatch.setattr(loop, "SECONDS_BETWEEN_CHECKPOINTS", -1.0)
    saved, stop = loop._save, 40
    (tmp_path / "b").mkdir()

    def save_and_stop(model: torch.nn.Module, optimiser: torch.optim.Optimizer, position: loop.Position, path: Path) -> None:
        saved(model, optimiser, position, path)
        if position.step == stop:
            raise KeyboardInterrupt

    monkeypatch.setattr(loop, "_save", save_and_stop)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "b")
    monkeypatch.setattr(loop, "_save", saved)

    assert same(trained(tmp_path / "b")[0], whole)


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


def test_the_rate_rises_then_falls() -> None:
    """Linear warm-up to the peak, then a cosine to a fiftieth."""
    rates = [loop.learning_rate(SETTINGS, done) for done in (0.0, 0.02, 0.5, 1.0)]

    assert rates == sorted(rates[:2]) + sorted(rates[2:], reverse=True)
    assert max(rates) == pytest.approx(0.01)
    assert rates[-1] == pytest.approx(0.01 / 50)
