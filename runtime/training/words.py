"""What a word is: the one rule by which text becomes words, for vocabularies, training and scoring.

Text is cut into lines, and lines into sentences behind `. ! ? ...` and white space. In a sentence a
word is a run of letters and digits, with single apostrophes or hyphens inside (`don't`, `re-do`),
and an emoji, or a run of the same emoji, is a word of its own; numbers stay as they are written,
all other punctuation separates words and is dropped. Typographic apostrophes become plain ones.
With `lowercase`, all is put in lower case first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_SENTENCE = re.compile(r"(?<=[.!?\u2026])\s+|\n+")
_WORD = re.compile(
    r"[^\W_]+(?:['\-][^\W_]+)*"
    r"|[\U0001F000-\U0001FAFF\u2600-\u27BF\u2B00-\u2BFF](?:[\uFE0F\u200D\U0001F3FB-\U0001F3FF])*"
)
_APOSTROPHES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'"})


def sentences(text: str, *, lowercase: bool) -> Iterator[list[str]]:
    """Yield the words of each sentence of a text; sentences without words are left out.

    >>> list(sentences("Don't go! I'm late", lowercase=True))
    [["don't", 'go'], ["i'm", 'late']]
    """
    text = text.translate(_APOSTROPHES)
    if lowercase:
        text = text.lower()
    for sentence in _SENTENCE.split(text):
        words = _WORD.findall(sentence)
        if words:
            yield words
