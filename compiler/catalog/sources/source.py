"""What every source may say beside its columns."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from synthc.compiler.catalog.sources.user import MADE_UP
from synthc.compiler.catalog.values import Makers, Percent, Place, Said, Settings, Users, Words


class By(Settings):
    """`by(.split, train = "client", test = "dev_eval")`: a column, constant per user, names the part."""

    model_config = ConfigDict(frozen=True, extra="allow", arbitrary_types_allowed=True, defer_build=True)

    column: Place = Field(description="The column whose value names the part; behind it stand the parts and their values.")


class PublicSource(Settings):
    """Settings of a public source."""

    license: Words | None = Field(None, description="The licence of the text, as an SPDX name where there is one; it is listed with all that is published of it.")
    max_failures: Percent = Field(0.01, description="The share of records that may be unreadable before the run stops.")


class PrivateSource(Settings):
    """Settings of a private source, whose unit of privacy is all rows of one user.

    `people` names the population for the lifetime ledger; `population` is its public size, or
    `simulate` pretends one, of which `draw` users stand in.
    """

    user: Annotated[Any, Makers(object, **MADE_UP), Said("place in the record; or `by(...)`, `rows(...)` or `dirichlet(...)`, to make users up")] = Field(
        description="Where a record says whose it is, such as `.user_id`. All rows of one user are what privacy protects. Text without users gets made-up ones for a simulation: `by(.thread)`, `rows(50)`, or `dirichlet(.topic, users = 200, alpha = 0.5)`."
    )
    people: Annotated[Words, Field(min_length=1)] | None = Field(None, description="A name for the people, under which their lifetime ledger is kept; the source's own name if left out. Sources of the same people share a budget.")
    population: Users | None = Field(None, description="How many people there are, a public number; rounds draw from them. A mechanism needs this or `simulate`.")
    simulate: Users | None = Field(None, description="Pretends so many people where the files hold a few. What it teaches stays on this machine.")
    draw: Users | None = Field(None, description="How many of the users found stand in for a cohort of pretended people.")
    split: Annotated[Any, Makers(object, by=By), Said("`{ PART = SHARE }` or `by(...)`")] = Field(None, description="Names parts of the users: by shares, drawn by a keyed hash of the user, or by a column. The rest is `train`.")
    license: Words | None = Field(None, description="The licence of the text, as an SPDX name where there is one; it is listed with all that is published of it.")
    max_failures: Percent = Field(0.01, description="The share of records that may be unreadable before the run stops.")
