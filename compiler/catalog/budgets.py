"""What a budget may say of people, and of an endpoint."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from synthc.compiler.catalog.values import Number, Positive, Settings, Tokens


class PeopleBudget(Settings):
    """The epsilon and delta that mechanisms may spend on these people in their lifetime."""

    epsilon: Positive = Field(description="What all mechanisms over these people may spend, in their lifetime.")
    delta: Annotated[Number, Field(gt=0, lt=1)] = Field(description="The delta at which it is counted; it stays below 1 / (10 x population).")


class CallBudget(Settings):
    """The most tokens, in and out, that an endpoint may be asked."""

    tokens: Tokens = Field(description="The most tokens, of questions and answers together, counted over all runs that share the ledger.")
