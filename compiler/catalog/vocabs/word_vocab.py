"""`word_vocab(web, corpus)`: the most frequent words of some rows; all others share one id."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from synthc.compiler.catalog.values import Count, Settings, Unit, Words, YesNo


class WordVocab(Settings):
    """Its size without the special ids; inputs weigh `alike`, or by their `size`."""

    size: Annotated[Count, Unit("words")] = Field(description="How many words it has, beside unknown, begin, end and padding.")
    column: Words = Field("text", description="The column whose words are counted.")
    weigh: Literal["alike", "size"] = Field("alike", description="Whether each of several inputs counts the same, or by how many words it has.")
    lowercase: YesNo = Field(default=True, description="Whether text is put into lower case before it is cut into words.")
