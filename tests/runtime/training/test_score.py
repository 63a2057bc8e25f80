"""`logprob(model, text)`: the mean natural log-probability per predicted target."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from synthc.runtime.training import logits
from synthc.runtime.training.checkpoint import Trained, build, save_model
from synthc.runtime.training.product import product
from synthc.runtime.training.score import logprob
from synthc.runtime.training.vocab import Vocab
from tests.runtime.training.tiny import MODEL

VOCAB = Vocab(words=("a", "b", "c", "d"), lowercase=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model on disk."""
    save_model(Trained(model=build(MODEL, VOCAB, seed=2), settings=MODEL, vocab=VOCAB), tmp_path)
    return tmp_path


def test_it_is_the_mean_over_words_and_end_mark(folder: Path) -> None:
    """Written out for one sentence."""
    model = build(MODEL, VOCAB, seed=2)
    scores = torch.log_softmax(model(torch.tensor([[2, 4, 5]])).double(), -1)[0]
    expected = (scores[0, 4] + scores[1, 5] + scores[2, 3]).item() / 3

    assert logprob(folder, ["a b"])[0] == pytest.approx(expected, rel=1e-5)


def test_company_does_not_change_a_score(folder: Path) -> None:
    """A text has the same score alone and among others of other lengths."""
    texts = ["a b c", "d", "a a a a a b", "c d. a b"]

    together, alone = logprob(folder, texts), [logprob(folder, [text])[0] for text in texts]
    assert np.allclose(together, alone, atol=1e-6)


def test_logits_are_read_a_few_places_at_a_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence of a whole book has no logits of gigabytes at any time, and the score that it would have."""
    sizes: list[int] = []

    def noted(rows: Tensor, columns: Tensor, bias: Tensor) -> Tensor:
        sizes.append(len(rows))
        return product(rows, columns, bias)

    book = "a b c d " * 2_000
    whole = logprob(folder, [book])[0]
    monkeypatch.setattr(logits, "product", noted)
    monkeypatch.setattr(logits, "PLACES", 64)

    assert logprob(folder, [book])[0] == pytest.approx(whole)
    assert max(sizes) == 64
    assert sum(sizes) == 8_001


def test_a_text_of_unknown_words_has_no_score(folder: Path) -> None:
    """Below four known words in five nothing is said, nor of a text without words."""
    scores = logprob(folder, ["a x y", "", "a b c d x"])

    assert np.isnan(scores[:2]).all()
    assert np.isfinite(scores[2])
