"""`redact text { kinds = [email, phone] }`: puts a mark in the place of what points at a person."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.compiler.catalog.values import Settings, Words
from synthc.compiler.types import TEXT

Kind = Literal["email", "phone", "url", "ip", "card", "iban", "handle", "digits"]
USUAL: tuple[Kind, ...] = ("email", "phone", "url", "ip", "card", "iban")


class Redact(Settings):
    """What is looked for, and the `mark` that stands for it; without one, the kind in square brackets.

    `card` and `iban` are numbers whose check digits agree, `handle` is `@name`, `digits` four and more in a
    row. Names of people are not found: no pattern tells them from other words.
    """

    kinds: Annotated[list[Kind], Field(min_length=1)] = Field(
        default_factory=lambda: list(USUAL), description="What is looked for."
    )
    mark: Words | None = Field(None, description="What stands in its place; the kind in square brackets if left out.")


def apply(call: StepCall) -> Outcome | None:
    """Change the column."""
    written, settings = call.only, call.settings(Redact)
    column = call.name(written)
    if written is None or column is None:
        return call.wrong()
    typed = call.expressions.check(written, TEXT)
    if typed.json is None or settings is None:
        return None
    return Outcome(columns={**call.columns, column: TEXT}, settings={"column": column, **settings.model_dump()})


STEP = StepEntry(
    usage="redact TEXT { kinds = [email, phone] }",
    help="puts marks in the place of addresses, numbers and other things that point at a person",
    marks=Marks.CHANGES,
    apply=apply,
    settings=Redact,
)
