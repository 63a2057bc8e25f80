"""What every source may say beside its columns."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from synthc.compiler.catalog.sources.files import Files
from synthc.compiler.catalog.sources.hub import Hub
from synthc.compiler.catalog.values import Count, Makers, Percent, Place, Settings, Words

READERS = Makers(files=Files, hub=Hub)


class By(Settings):
    """`by(.split, train = "client", test = "dev_eval")`: a column, constant per user, names the part."""

    model_config = ConfigDict(frozen=True, extra="allow", arbitrary_types_allowed=True, defer_build=True)

    column: Place


class PublicSource(Settings):
    """Settings of a public source."""

    license: Words | None = None
    max_failures: Percent = 0.01


class PrivateSource(Settings):
    """Settings of a private source, whose unit of privacy is all rows of one user.

    `people` names the population for the lifetime ledger; `population` is its public size, or
    `simulate` pretends one, of which `draw` users stand in.
    """

    user: Any
    people: Annotated[Words, Field(min_length=1)] | None = None
    population: Count | None = None
    simulate: Count | None = None
    draw: Count | None = None
    split: Annotated[Any, Makers(object, by=By)] = None
    license: Words | None = None
    max_failures: Percent = 0.01
