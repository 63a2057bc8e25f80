"""`word_vocab(web, corpus)`: the most frequent words of some rows; all others share one id."""

from __future__ import annotations

from typing import Literal

from synthc.compiler.catalog.values import Count, Settings, Words, YesNo


class WordVocab(Settings):
    """Its size without the special ids; inputs weigh `alike`, or by their `size`."""

    size: Count
    column: Words = "text"
    weigh: Literal["alike", "size"] = "alike"
    lowercase: YesNo = True
