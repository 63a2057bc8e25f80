"""Whether a model has learned anything: its loss on its own text, beside that of guessing each word by how often it stands there."""

from __future__ import annotations

import math

import numpy as np
from torch import nn

from synthc.runtime.training.loop import validation_loss
from synthc.runtime.training.sentences import Encoded
from synthc.runtime.training.vocab import END

SENTENCES = 1000
"""So many sentences of the text tell the loss of a finished model closely enough."""
NEXT_TO_NOTHING = 0.97
"""A model has learned next to nothing whose loss is more than this part of that of guessing."""


def guessing_loss(encoded: Encoded) -> float:
    """Return the loss in nats per target, end marks included, of guessing by how often each id is a target: the entropy of unigrams.

    >>> round(guessing_loss(Encoded(ids=np.array([5, 6, 7, 8], np.int32), starts=np.array([0, 2, 4]))), 4)
    1.5607
    """
    counts = np.bincount(encoded.ids, minlength=END + 1).astype(np.float64)
    counts[END] += len(encoded)
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def learned_loss(model: nn.Module, encoded: Encoded) -> float:
    """Return the loss in nats per target of a finished model on sentences from all over its text."""
    which = np.unique(np.linspace(0, len(encoded) - 1, SENTENCES).astype(np.int64))
    lengths = np.diff(encoded.starts)[which]
    ids = [encoded.ids[encoded.starts[sentence] : encoded.starts[sentence + 1]] for sentence in which]
    return validation_loss(model, Encoded(ids=np.concatenate(ids), starts=np.concatenate([[0], np.cumsum(lengths)])))


def next_to_nothing(learned: float, guessing: float, ids: int) -> str | None:
    """Return a sentence about a model that has learned next to nothing, None about another.

    >>> next_to_nothing(4.1, 5.6, 504)
    >>> next_to_nothing(5.7, 5.6, 504)
    'it has learned next to nothing: its loss on its own text is 5.70 per target, guessing each word by how often it stands there has 5.60, and any of the 504 ids alike 6.22; give it more `words` or a larger `learning_rate`'
    """
    if learned <= NEXT_TO_NOTHING * guessing:
        return None
    return (
        f"it has learned next to nothing: its loss on its own text is {learned:.2f} per target, guessing each word by how often it stands there has {guessing:.2f},"
        f" and any of the {ids:,} ids alike {math.log(ids):.2f}; give it more `words` or a larger `learning_rate`"
    )
