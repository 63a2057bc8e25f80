"""A vocabulary of a spec, and what is told of how much it knows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synthc.runtime.errors import InputError
from synthc.runtime.training.vocab import Vocab
from tests.runtime.spec import spec

TEXTS = ["the bus the bus the stop", "the zebra :)"]


def test_its_coverage_is_told_for_words_and_for_distinct_ones(tmp_path: Path) -> None:
    """Six of nine words are the two that are known, of four different ones."""
    made = spec(tmp_path, "vocab keys = word_vocab(web) { size = 2 }\nmodel one = lstm(keys)\n", texts=TEXTS)
    folder = made.make("keys").folder
    told = json.loads((folder / "coverage.json").read_text())["web"]

    assert Vocab.load(folder / "vocab.json").words == ("the", "bus")
    assert told == {"words": 8, "distinct": 4, "known": 6 / 8, "known_distinct": 2 / 4, "pieces": 1.0}


def test_pieces_are_counted_per_word(tmp_path: Path) -> None:
    """A word of one piece is known as a whole."""
    made = spec(tmp_path, "vocab pieces = subword_vocab(web) { size = 259 }\nmodel one = lstm(pieces)\n", texts=TEXTS)
    folder = made.make("pieces").folder
    told = json.loads((folder / "coverage.json").read_text())["web"]
    vocab = Vocab.load(folder / "vocab.json")
    ids = [len(vocab.encode_words([word])) for word in ["the", "bus", "the", "bus", "the", "stop", "the", "zebra"]]

    assert told["pieces"] == pytest.approx(sum(ids) / 8)
    assert told["known"] == pytest.approx(ids.count(1) / 8)
    assert 0 < told["known"] < 1


def test_text_without_words_makes_none(tmp_path: Path) -> None:
    """Nothing can be chosen from nothing, and that is said."""
    made = spec(tmp_path, "vocab keys = word_vocab(web) { size = 2 }\nmodel one = lstm(keys)\n", texts=["...", "!"])

    with pytest.raises(InputError, match=r"`keys` has no words to choose from; `web` holds none"):
        made.make("keys")
