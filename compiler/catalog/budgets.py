"""What a budget may say of people, and of an endpoint."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from synthc.compiler.catalog.values import Count, Number, Positive, Settings


class PeopleBudget(Settings):
    """The epsilon and delta that mechanisms may spend on these people in their lifetime."""

    epsilon: Positive
    delta: Annotated[Number, Field(gt=0, lt=1)]


class CallBudget(Settings):
    """The most tokens, in and out, that an endpoint may be asked."""

    tokens: Count
