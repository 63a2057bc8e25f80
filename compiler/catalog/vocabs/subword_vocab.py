"""`subword_vocab(web, corpus)`: pieces of words by byte-pair encoding, so that no word is unknown.

Text is cut into words as by `word_vocab`, and each word into pieces on its own; the last piece of a word ends with a
space, and no other does. Ids 0 to 3 are padding, unknown (which nothing is), and the marks at the begin and the end of
a sentence; pieces have the ids from 4 on, the 256 bytes first.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from synthc.compiler.catalog.values import Count, Settings, Unit, Words, YesNo


class SubwordVocab(Settings):
    """Its size without the special ids; the rules for words are those of `word_vocab`."""

    size: Annotated[Count, Field(ge=257), Unit("pieces")] = Field(description="How many pieces it has at most, the 256 bytes among them.")
    column: Words = Field("text", description="The column whose words are cut into pieces.")
    weigh: Literal["alike", "size"] = Field("alike", description="Whether each of several inputs counts the same, or by how many words it has.")
    lowercase: YesNo = Field(default=True, description="Whether text is put into lower case before it is cut into words.")
    numbers: Literal["kept", "masked"] = Field("kept", description="Whether digits stay as they are written, or each becomes `0`.")
    emoji: Literal["kept", "dropped"] = Field("kept", description="Whether an emoji, with its modifiers and all that is joined to it, is a word, or is left out.")
    punctuation: Literal["dropped", "kept"] = Field("dropped", description="Whether punctuation separates words and is left out, or each mark, and each run of `.`, `!` or `?`, is a word.")
