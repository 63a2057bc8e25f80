"""`subword_vocab(web, corpus)`: pieces of words by byte-pair encoding, so that no word is unknown.

Text is cut into words as by `word_vocab`, and each word into pieces on its own; the last piece of a word ends with a
space, and no other does. Ids 0 to 3 are padding, unknown (which nothing is), and the marks at the begin and the end of
a sentence; pieces have the ids from 4 on, the 256 bytes first.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from synthc.compiler.catalog.values import Count, Unit, Words
from synthc.compiler.catalog.vocabs.word_vocab import WordVocab


class SubwordVocab(WordVocab):
    """Its size without the special ids; the rules for words are those of `word_vocab`."""

    size: Annotated[Count, Field(ge=257), Unit("pieces")] = Field(description="How many pieces it has at most, the 256 bytes among them.")
    column: Words = Field("text", description="The column whose words are cut into pieces.")
