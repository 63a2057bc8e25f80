"""Subword vocabularies: any text can be written, and every piece knows whether it ends a word."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from synthc.runtime.evaluation.next_word import count
from synthc.runtime.training.checkpoint import Trained
from synthc.runtime.training.sentences import Encoded
from synthc.runtime.training.subwords import Subwords, learn
from synthc.runtime.training.vocab import FIRST_WORD, UNKNOWN, Vocab

WEIGHTS = {"the": 50.0, "there": 20.0, "then": 20.0, "other": 10.0, "hello": 5.0, "\U0001f602": 1.0}


def made(size: int = 270) -> Subwords:
    """Return a small vocabulary."""
    pieces, bpe = learn(WEIGHTS, size)
    return Subwords(words=pieces, lowercase=True, bpe=bpe)



@pytest.mark.parametrize("word", ["the", "zebra", "na\u00efve", "\U0001f602\ufe0f", "\u6f22\u5b57", "don't", "000"])
def test_no_word_is_unknown(word: str) -> None:
    """Whatever was never met is written in bytes, and the last piece alone ends it."""
    vocab = made()
    ids = vocab.encode_words([word])

    assert UNKNOWN not in ids
    assert vocab.ends[ids].tolist() == [False] * (len(ids) - 1) + [True]
    assert b"".join(bytes_of(vocab.words[id_ - FIRST_WORD]) for id_ in ids) == f"{word} ".encode()


def bytes_of(piece: str) -> bytes:
    """Return the bytes that a piece stands for, by the table of byte-level encoding."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {chr(byte): byte for byte in plain} | {chr(256 + n): byte for n, byte in enumerate(b for b in range(256) if b not in plain)}
    return bytes(table[character] for character in piece)


def test_frequent_words_are_one_piece() -> None:
    """Merges follow the weights."""
    vocab = made(260)

    assert len(vocab.encode_words(["the"])) == 1
    assert len(vocab.encode_words(["hello"])) > 1


def test_the_same_words_give_the_same_pieces() -> None:
    """In whatever order the words were counted, and again on the next machine."""
    again = learn(dict(reversed(WEIGHTS.items())), 270)

    assert learn(WEIGHTS, 270) == again


def test_its_size_is_a_bound() -> None:
    """256 bytes, then as many merges as fit."""
    assert len(made(260).words) == 260
    assert len(made(5000).words) < 5000


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    """A vocabulary's file says of which kind it is."""
    vocab = made()
    vocab.save(tmp_path / "vocab.json")
    read = Vocab.load(tmp_path / "vocab.json")

    assert isinstance(read, Subwords)
    assert list(read.encode("Hello there. the end")) == list(vocab.encode("Hello there. the end"))


def test_words_are_counted_not_pieces() -> None:
    """So that a training of so many words sees as much text as with any other vocabulary."""
    vocab = made()
    encoded = Encoded.of(["hello there zebra. the zebra"] * 3, vocab, max_words=2)

    assert encoded.words == 15
    assert len(encoded.ids) > 15
    assert encoded.words_in(np.array([0, 1])) == 3
    assert all(vocab.ends[encoded.ids[end - 1]] for _, end in pairwise(encoded.starts.tolist()))


class Knows(nn.Module):
    """Foresees one text, piece by piece, but for the places where it is told to hesitate."""

    def __init__(self, ids: list[int], size: int, second: frozenset[int] = frozenset()) -> None:
        """Take the pieces, how many ids there are, and the places at which the right one comes second."""
        super().__init__()
        self.ids, self.size, self.second = ids, size, second

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return logits."""
        logits = torch.zeros(*ids.shape, self.size)
        for place, right in enumerate(self.ids):
            logits[:, place, right] = 2.0
            if place in self.second:
                logits[:, place, FIRST_WORD] = 3.0
        return logits


def metrics(second: frozenset[int] = frozenset()) -> dict[str, float]:
    """Return what is counted of `the zebra the` by a model that hesitates at some places."""
    vocab = made()
    ids = next(iter(vocab.encode("the zebra the")))
    assert vocab.ends[ids].tolist() == [True, *[False] * (len(ids) - 3), True, True]
    return count(Trained(model=Knows(ids, vocab.size, second), settings={}, vocab=vocab), ["the zebra the"], np.array([0]), 1).metrics()


def test_a_word_is_hit_when_all_its_pieces_are() -> None:
    """Words are counted, not pieces: three of three, then two of three for one piece that is missed."""
    assert (metrics()["words"], metrics()["top1"], metrics()["top3"]) == (3, 1.0, 1.0)
    assert metrics(frozenset({3}))["top1"] == pytest.approx(2 / 3)


def test_three_guesses_begin_differently_and_go_on_greedily() -> None:
    """The right first piece may come second or third, the others may not."""
    assert metrics(frozenset({1}))["top3"] == 1.0
    assert metrics(frozenset({1}))["top1"] == pytest.approx(2 / 3)
    assert metrics(frozenset({2}))["top3"] == pytest.approx(2 / 3)


def test_the_first_word_is_left_out_whole() -> None:
    """Of a message that begins with a word of several pieces, all of them are left out."""
    vocab = made()
    ids = next(iter(vocab.encode("zebra the")))
    model = Knows(ids, vocab.size, frozenset({0, 1}))
    found = count(Trained(model=model, settings={}, vocab=vocab), ["zebra the"], np.array([0]), 1).metrics()

    assert found["top1"] == pytest.approx(1 / 2)
    assert found["top1_after_first"] == 1.0
