"""What a word is, alike for vocabularies, training and scoring."""

from __future__ import annotations

import pytest

from synthc.runtime.training.vocab import UNKNOWN, Vocab
from synthc.runtime.training.words import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don\u2019t go! I'm late", [["don't", "go"], ["i'm", "late"]]),
        ("one\ntwo", [["one"], ["two"]]),
        ("re-do it at 8.30, ok?", [["re-do", "it", "at", "8", "30", "ok"]]),
        ("lol \U0001f602\U0001f602 see u", [["lol", "\U0001f602", "\U0001f602", "see", "u"]]),
        ("... !!! ???", []),
        ("Caf\u00e9 na\u00efve \u00fcber", [["caf\u00e9", "na\u00efve", "\u00fcber"]]),
        ("a_b", [["a", "b"]]),
        ("", []),
    ],
)
def test_text_becomes_words(text: str, expected: list[list[str]]) -> None:
    """Sentences end at marks and lines; punctuation is dropped; emoji are words."""
    assert list(sentences(text, lowercase=True)) == expected


def test_case_is_kept_where_it_is_wanted() -> None:
    """Lower case is a setting."""
    assert list(sentences("Hi Bob", lowercase=False)) == [["Hi", "Bob"]]


def test_unknown_words_share_one_id() -> None:
    """A word outside the vocabulary is not lost but not told apart."""
    vocab = Vocab(words=("hi",), lowercase=True)

    assert list(vocab.encode("Hi zyx qwv")) == [[4, UNKNOWN, UNKNOWN]]
