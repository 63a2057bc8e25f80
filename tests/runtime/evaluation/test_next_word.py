"""Next-word accuracy counts what a keyboard would have got right."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from synthc.runtime.evaluation.bootstrap import relative_change
from synthc.runtime.evaluation.next_word import COUNTS, Counts, count
from synthc.runtime.training.checkpoint import Trained
from synthc.runtime.training.vocab import Vocab

VOCAB = Vocab(words=("a", "b", "c"), lowercase=True)


class Follows(nn.Module):
    """Guesses that each word is followed by the next of the alphabet, and would rather say nothing known."""

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the logits."""
        logits = torch.zeros(*ids.shape, VOCAB.size)
        logits.scatter_(-1, ((ids - 4 + 1) % 3 + 4)[..., None], 5.0)
        logits[..., :3] = 9.0
        return logits


def counted(messages: list[str], users: list[int]) -> Counts:
    """Return the counts of the alphabet model."""
    return count(Trained(model=Follows(), settings={}, vocab=VOCAB), messages, np.array(users), max(users) + 1)


def test_hits_are_counted_and_special_ids_are_never_guessed() -> None:
    """`a b c`: b and c are foreseen; the guess for the first word is c, and wrong."""
    metrics = counted(["a b c"], [0]).metrics()

    assert metrics["top1"] == pytest.approx(2 / 3)
    assert metrics["top1_after_first"] == 1.0


def test_an_unknown_word_counts_as_wrong() -> None:
    """Leaving it out is another number, reported beside."""
    metrics = counted(["a b zzz"], [0]).metrics()

    assert metrics["top1"] == pytest.approx(1 / 3)
    assert metrics["top1_known"] == pytest.approx(1 / 2)
    assert metrics["unknown"] == pytest.approx(1 / 3)


def test_micro_is_over_words_and_macro_over_users() -> None:
    """A talkative user weighs more in the one and not in the other."""
    metrics = counted(["a b c a b c", "b c"], [0, 1]).metrics()

    assert metrics["top1"] == pytest.approx((5 + 1) / 8)
    assert metrics["top1_macro"] == pytest.approx((5 / 6 + 1 / 2) / 2)


def test_each_sentence_starts_afresh_but_only_the_first_word_of_a_message_is_the_first() -> None:
    """The second sentence's first word is one that a keyboard predicts in the middle of a message."""
    metrics = counted(["a. c"], [0]).metrics()

    assert metrics["top1"] == pytest.approx(1 / 2)
    assert metrics["top1_after_first"] == 1.0


def some_counts(rate: float, seed: int) -> Counts:
    """Return forty users who were right at a rate."""
    random = np.random.default_rng(seed)
    values = np.zeros((40, len(COUNTS)))
    values[:, COUNTS.index("words")] = random.integers(20, 200, 40)
    values[:, COUNTS.index("hits1")] = random.binomial(values[:, COUNTS.index("words")].astype(int), rate)
    return Counts(values=values)


def test_the_interval_covers_the_true_change_as_often_as_it_says() -> None:
    """Of 100 comparisons with a true change of 20%, about 95 have it inside."""
    covered = 0
    for seed in range(100):
        a, b = some_counts(0.12, 2 * seed), some_counts(0.10, 2 * seed + 1)
        _, (low, high) = relative_change([a], [b], samples=200, seed=seed)
        covered += low <= 0.2 <= high

    assert 86 <= covered <= 100


def test_a_model_against_itself_changes_nothing() -> None:
    """The pairs share their users in every sample."""
    one = some_counts(0.1, 1)

    assert relative_change([one], [one], samples=50, seed=0) == (0.0, (0.0, 0.0))
