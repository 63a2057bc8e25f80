"""`logprob(model, text)`: how likely a model finds a text, per word."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from synthc.runtime.training.checkpoint import Trained, load_model
from synthc.runtime.training.logits import read_logits
from synthc.runtime.training.sentences import Encoded
from synthc.runtime.training.vocab import PAD, UNKNOWN

KNOWN_SHARE = 0.8
"""Below this share of known words a text has no score."""
ROWS_AT_ONCE = 64


def logprob(folder: Path, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the mean natural log-probability per predicted target of each text.

    End marks are targets, unknown words are left out; NaN where too few words are known.
    """
    trained = _load(folder)
    owners, encoded = _encode(trained, texts)
    sums, targets = np.zeros(len(texts)), np.zeros(len(texts))
    known, words = np.zeros(len(texts)), np.zeros(len(texts))
    for begin in range(0, len(encoded), ROWS_AT_ONCE):
        which = np.arange(begin, min(begin + ROWS_AT_ONCE, len(encoded)))
        scores, real, is_known = _score(trained, encoded, which)
        np.add.at(sums, owners[which], (scores * is_known).sum(1))
        np.add.at(targets, owners[which], is_known.sum(1))
        np.add.at(words, owners[which], real.sum(1) - 1)
        np.add.at(known, owners[which], is_known.sum(1) - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((words > 0) & (known >= KNOWN_SHARE * words), sums / targets, np.nan)


@lru_cache(maxsize=4)
def _load(folder: Path) -> Trained:
    return load_model(folder)


def _encode(trained: Trained, texts: Sequence[str]) -> tuple[NDArray[np.int64], Encoded]:
    owners: list[int] = []
    ids: list[int] = []
    starts = [0]
    for owner, text in enumerate(texts):
        for sentence in trained.vocab.encode(text):
            ids.extend(sentence)
            starts.append(len(ids))
            owners.append(owner)
    return np.array(owners, np.int64), Encoded(ids=np.array(ids, np.int32), starts=np.array(starts, np.int64))


def _score(trained: Trained, encoded: Encoded, which: NDArray[np.int64]) -> tuple[NDArray[np.float64], ...]:
    """Return scores_BT, whether a place is a target, and whether it is a known one."""
    inputs, targets = encoded.batch(which)
    wanted = targets.flatten()[:, None]
    scores = read_logits(trained.model, inputs, lambda logits, at: torch.log_softmax(logits.double(), -1).gather(-1, wanted[at])[:, 0])
    real = targets != PAD
    return scores.numpy(), real.double().numpy(), (real & (targets != UNKNOWN)).double().numpy()
