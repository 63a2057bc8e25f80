"""What a prompt and an `ask` may set."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from synthc.compiler.catalog.values import Count, Expression, Fraction, Number, Said, Settings, Tokens, Whole, Words

Temperature = Annotated[Number, Field(ge=0, le=10)]


class Prompt(Settings):
    """The words of a prompt and how it is decoded; nothing is added to what is written."""

    ask: Annotated[Expression, Said("text")] = Field(None, description="The user's message. Either this or `complete`.")
    complete: Annotated[Expression, Said("text")] = Field(None, description="The text that a base model continues; nothing is added to it.")
    system: Annotated[Expression, Said("text")] = Field(None, description="The system's message, which stands before the user's.")
    turns: Annotated[Expression, Said("list of texts")] = Field(None, description="The chat so far, before `ask`: the user's message first, then the model's, and so on. A slot may hold it.")
    max_input: Tokens | None = Field(None, description="The most tokens of a prompt with its slots filled; `overflow` says what becomes of a longer one.")
    max_output: Tokens | None = Field(None, description="The most tokens of an answer. If left out: 8 for a choice or a bool, 16 for a number, 256 for a text or a record, 512 for a list.")
    max_items: Count | None = Field(None, description="The most items of a list. A server that writes as it goes is left when it has them, which saves the tokens of more; of one that doesn't, the others are not read.")
    temperature: Temperature = Field(0.0, description="How freely words are drawn. At 0 the likeliest is taken, and equal questions are asked once.")
    top_p: Fraction | None = Field(None, description="Words are drawn from the likeliest ones that make up this much of the probability.")
    stop: Annotated[list[Words], Said("list of texts")] = Field(default_factory=list, description="Texts at which an answer ends.")
    endpoint: Annotated[Expression, Said("endpoint")] = Field(None, description="Who answers, where several endpoints are declared.")
    retries: Whole | None = Field(None, description="How often an answer that cannot be read, or a refusal, is asked for again, each time with another seed. If left out: 2; at a temperature of 0 and of a choice never, for the answer would be the same.")
    overflow: Literal["set_aside", "cut"] = Field("set_aside", description="What becomes of a row whose prompt is longer than `max_input`: it is set aside, or the end of the prompt's last text is cut.")


class Ask(Settings):
    """What one `ask` may decode otherwise, and what becomes of a row whose answer fails."""

    temperature: Temperature | None = Field(None, description="In place of the prompt's.")
    top_p: Fraction | None = Field(None, description="In place of the prompt's.")
    max_output: Tokens | None = Field(None, description="In place of the prompt's.")
    retries: Whole | None = Field(None, description="In place of the prompt's.")
    on_fail: Literal["set_aside", "keep"] = Field("set_aside", description="What becomes of a row whose answer fails: it is set aside and counts against `max_failures`, or it is kept, and its answer is read behind `where NAME.ok`.")


MAX_OUTPUT = {"choice": 8, "text": 256, "list": 512, "record": 256, "int": 16, "float": 16, "bool": 8}
"""Tokens an answer may have where a prompt does not say."""
