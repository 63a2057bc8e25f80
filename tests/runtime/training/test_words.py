"""What a word is, alike for vocabularies, training and scoring."""

from __future__ import annotations

import pytest

from synthc.runtime.training.vocab import UNKNOWN, Vocab
from synthc.runtime.training.words import Rules, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don\u2019t go! I'm late", [["don't", "go"], ["i'm", "late"]]),
        ("one\ntwo", [["one"], ["two"]]),
        ("re-do it at 8.30, ok?", [["re-do", "it", "at", "8", "30", "ok"]]),
        ("lol \U0001f602\U0001f602 see u", [["lol", "\U0001f602", "\U0001f602", "see", "u"]]),
        ("... !!! ???", []),
        ("Caf\u00e9 na\u00efve \u00fcber", [["caf\u00e9", "na\u00efve", "\u00fcber"]]),
        ("love u \u2764\ufe0f\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1eb\U0001f1f7", [["love", "u", "\u2764\ufe0f", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1eb\U0001f1f7"]]),
        ("a_b _c_", [["a", "b", "c"]]),
        ("cafe\u0301 nai\u0308ve", [["caf\u00e9", "na\u00efve"]]),
        ("\u0939\u093f\u0928\u094d\u0926\u0940 \u092d\u093e\u0937\u093e", [["\u0939\u093f\u0928\u094d\u0926\u0940", "\u092d\u093e\u0937\u093e"]]),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", [["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"]]),
        ("hi\u200bthere co\u00adop", [["hi", "there", "coop"]]),
        ("1\ufe0f\u20e3 ok\u2764\ufe0f", [["1", "ok", "\u2764\ufe0f"]]),
        ("", []),
    ],
)
def test_text_becomes_words(text: str, expected: list[list[str]]) -> None:
    """Sentences end at marks and lines; punctuation is dropped; emoji are words."""
    assert list(sentences(text, Rules())) == expected


def test_case_is_kept_where_it_is_wanted() -> None:
    """Lower case is a setting."""
    assert list(sentences("Hi Bob", Rules(lowercase=False))) == [["Hi", "Bob"]]


def test_unknown_words_share_one_id() -> None:
    """A word outside the vocabulary is not lost but not told apart."""
    vocab = Vocab(words=("hi",), lowercase=True)

    assert list(vocab.encode("Hi zyx qwv")) == [[4, UNKNOWN, UNKNOWN]]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"numbers": "masked"}, ["at", "0", "00", "call", "000-0000", "ok", "\U0001f602"]),
        ({"emoji": "dropped"}, ["at", "8", "30", "call", "555-0199", "ok"]),
        ({"punctuation": "kept"}, ["at", "8", ":", "30", ",", "call", "(", "555-0199", ")", "ok", "...", "\U0001f602", "?", "!"]),
        ({"punctuation": "kept", "emoji": "dropped"}, ["at", "8", ":", "30", ",", "call", "(", "555-0199", ")", "ok", "...", "?", "!"]),
    ],
)
def test_what_is_no_plain_word_has_rules(rules: dict[str, str], expected: list[str]) -> None:
    """Numbers, emoji and punctuation, each as its setting says."""
    assert list(sentences("At 8:30, call (555-0199) ok...\U0001f602?!", Rules(**rules))) == [expected]  # type: ignore[arg-type]
