"""How a text is written before the bundled model reads it, in training and in use alike."""

from __future__ import annotations

import re

SPECIAL = ("<|pad|>", "<|end|>", "<|sep|>", "<|turn|>", "<|judge|>", "<|chat|>", "<|invent|>", "<|yes|>", "<|no|>")
"""Special tokens in the order of their ids."""
PAD, END, SEP, TURN, JUDGE, CHAT, INVENT, YES, NO = range(len(SPECIAL))

_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"})
_SPACED = (
    (re.compile(r"\s+"), " "),
    (re.compile(r" ([.,;:!?%)\]])"), r"\1"),
    (re.compile(r"([(\[]) "), r"\1"),
    (re.compile(r" (n't|'s|'re|'ve|'ll|'d|'m)\b"), r"\1"),
    (re.compile(r" ' (s|re|ve|ll|d|m|t)\b"), r"'\1"),
)


def tidy(text: str) -> str:
    """Return a text on one line with plain quotes and without the spaces of tokenised corpora.

    >>> tidy("it  is n't ( very ) good , they said .")
    "it isn't (very) good, they said."
    """
    text = text.translate(_QUOTES)
    for pattern, by in _SPACED:
        text = pattern.sub(by, text)
    return text.strip()


def judged(text: str) -> str:
    """Return a text as the judge reads it: tidy and in lower case, so that style and not case decides."""
    return tidy(text).lower()
