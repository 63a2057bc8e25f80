"""What a prompt and an `ask` may set."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from synthc.compiler.catalog.values import Count, Expression, Fraction, Number, Settings, Words

Temperature = Annotated[Number, Field(ge=0, le=10)]


class Prompt(Settings):
    """The words of a prompt and how it is decoded; nothing is added to what is written."""

    ask: Expression = None
    complete: Expression = None
    system: Expression = None
    max_input: Count | None = None
    max_output: Count | None = None
    temperature: Temperature = 0.0
    top_p: Fraction | None = None
    stop: Annotated[list[Words], Field(default_factory=list)]
    endpoint: Expression = None
    overflow: Literal["set_aside", "cut"] = "set_aside"


class Ask(Settings):
    """What one `ask` may decode otherwise, and what becomes of a row whose answer fails."""

    temperature: Temperature | None = None
    top_p: Fraction | None = None
    max_output: Count | None = None
    on_fail: Literal["set_aside", "keep"] = "set_aside"


MAX_OUTPUT = {"choice": 8, "text": 256, "list": 512, "record": 256, "int": 16, "float": 16, "bool": 8}
"""Tokens an answer may have where a prompt does not say."""
