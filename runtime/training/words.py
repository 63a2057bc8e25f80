"""What a word is: the one set of rules by which text becomes words, for vocabularies, training and scoring.

Text is cut into lines, and lines into sentences behind `. ! ? ...` and white space. In a sentence a
word is a run of letters and digits with the marks that are combined with them (the vowels of Hindi, say), and with single
apostrophes, hyphens or joiners inside (`don't`, `re-do`); typographic apostrophes become plain ones, and a letter is
written in one way (Unicode's NFC) however it was typed. `Rules` says what becomes of the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_SENTENCE = re.compile(r"(?<=[.!?\u2026])\s+|\n+")
_SIGNS = "\U0001F000-\U0001FAFF\u2600-\u27BF\u2B00-\u2BFF"
_ONE = rf"[{_SIGNS}][\uFE0F\U0001F3FB-\U0001F3FF]*"
_EMOJI = rf"[\U0001F1E6-\U0001F1FF]{{2}}|{_ONE}(?:\u200D{_ONE})*"
_MARKS = rf"\.{{2,}}|!+|\?+|[^\w\s\uFE0F\u200D{_SIGNS}]"
_DIGIT = re.compile(r"\d")
_WRITTEN = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "_": " ", "\u200b": " ", "\u00ad": None, "\ufeff": None})
"""Apostrophes become plain, what separates words without being seen a space, and what is not seen at all is left out."""
_VARIANTS = range(0xFE00, 0xFE10)
"""Marks that choose how a sign is drawn, and are no part of a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What may differ between vocabularies.

    `lowercase` puts all in lower case first. `numbers` are `kept` as they are written, or `masked`: each digit
    becomes `0`. An emoji, with its modifiers and all that is joined to it, is a word (`kept`) or `dropped`.
    `punctuation` separates words and is `dropped`, or each mark and each run of `.`, `!` or `?` is a word (`kept`).
    """

    lowercase: bool = True
    numbers: str = "kept"
    emoji: str = "kept"
    punctuation: str = "dropped"


def sentences(text: str, rules: Rules) -> Iterator[list[str]]:
    """Yield the words of each sentence of a text; sentences without words are left out.

    >>> list(sentences("Don't go! I'm late", Rules()))
    [["don't", 'go'], ["i'm", 'late']]
    """
    text = unicodedata.normalize("NFC", text).translate(_WRITTEN)
    if rules.lowercase:
        text = text.lower()
    if rules.numbers == "masked":
        text = _DIGIT.sub("0", text)
    pattern = _pattern(emoji=rules.emoji == "kept", punctuation=rules.punctuation == "kept")
    for sentence in _SENTENCE.split(text):
        words = pattern.findall(sentence)
        if words:
            yield words


@lru_cache(maxsize=4)
def _pattern(*, emoji: bool, punctuation: bool) -> re.Pattern[str]:
    letters = rf"[\w{_combined()}]+"
    word = rf"\w[\w{_combined()}]*(?:['\-\u200c\u200d]{letters})*"
    return re.compile("|".join([word, *([_EMOJI] if emoji else []), *([_MARKS] if punctuation else [])]))


@lru_cache(maxsize=1)
def _combined() -> str:
    """Return all marks that are combined with a letter, which the engine of `re` counts to no word."""
    return "".join(chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code)) in {"Mn", "Mc"} and code not in _VARIANTS)
