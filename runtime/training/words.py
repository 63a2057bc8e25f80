"""What a word is: the one set of rules by which text becomes words, for vocabularies, training and scoring.

Text is cut into lines, and lines into sentences behind `. ! ? ...` and white space. In a sentence a
word is a run of letters and digits, with single apostrophes or hyphens inside (`don't`, `re-do`);
typographic apostrophes become plain ones. `Rules` says what becomes of the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_SENTENCE = re.compile(r"(?<=[.!?\u2026])\s+|\n+")
_LETTERS = r"[^\W_]+(?:['\-][^\W_]+)*"
_SIGNS = "\U0001F000-\U0001FAFF\u2600-\u27BF\u2B00-\u2BFF"
_ONE = rf"[{_SIGNS}][\uFE0F\U0001F3FB-\U0001F3FF]*"
_EMOJI = rf"[\U0001F1E6-\U0001F1FF]{{2}}|{_ONE}(?:\u200D{_ONE})*"
_MARKS = rf"\.{{2,}}|!+|\?+|[^\w\s\uFE0F\u200D{_SIGNS}]"
_DIGIT = re.compile(r"\d")
_APOSTROPHES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'"})


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
    text = text.translate(_APOSTROPHES)
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
    return re.compile("|".join([_LETTERS, *([_EMOJI] if emoji else []), *([_MARKS] if punctuation else [])]))
