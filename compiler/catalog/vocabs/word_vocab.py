"""`word_vocab(web, corpus)`: the most frequent words of some rows; all others share one id.

Ids 0 to 3 are no words: padding, unknown, and the marks at the begin and the end of a sentence. Words have the ids
from 4 on, the heaviest first. A word is a run of letters and digits, with single apostrophes or hyphens inside;
typographic apostrophes become plain ones.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from synthc.compiler.catalog.values import Count, Settings, Unit, Words, YesNo


class WordVocab(Settings):
    """Its size without the special ids; inputs weigh `alike`, or by their `size`; and what becomes of what is no plain word."""

    size: Annotated[Count, Unit("words")] = Field(description="How many words it has, beside unknown, begin, end and padding.")
    column: Words = Field("text", description="The column whose words are counted.")
    weigh: Literal["alike", "size"] = Field("alike", description="Whether each of several inputs counts the same, or by how many words it has.")
    lowercase: YesNo = Field(default=True, description="Whether text is put into lower case before it is cut into words.")
    numbers: Literal["kept", "masked"] = Field("kept", description="Whether digits stay as they are written, or each becomes `0`, so that all numbers of a length are one word.")
    emoji: Literal["kept", "dropped"] = Field("kept", description="Whether an emoji, with its modifiers and all that is joined to it, is a word, or is left out.")
    punctuation: Literal["dropped", "kept"] = Field("dropped", description="Whether punctuation separates words and is left out, or each mark, and each run of `.`, `!` or `?`, is a word.")
