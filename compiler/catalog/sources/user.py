"""Users for text that has none, made up for a simulation: by a column, so many rows each, or with topics of their own."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from synthc.compiler.catalog.values import Count, Number, Place, Settings, Users


class ByColumn(Settings):
    """`by(.thread)`: the rows that share a value."""

    column: Place = Field(description="The column whose value is the user.")


class ByRows(Settings):
    """`rows(50)`: rows that follow each other."""

    rows: Count = Field(description="How many rows a user has; the last one may have fewer.")


class ByTopic(Settings):
    """`dirichlet(.topic, users = 200, alpha = 0.5)`: for each topic the shares of the users are drawn from a Dirichlet distribution (Yurochkin et al. 2019)."""

    column: Place = Field(description="The column that holds a row's topic.")
    users: Users = Field(description="How many users there are; one who draws no row is not there.")
    alpha: Annotated[Number, Field(ge=0.001)] = Field(0.5, description="How alike users are: far above 1 each has all topics, far below 1 a topic belongs to a few.")


MADE_UP = {"by": ByColumn, "rows": ByRows, "dirichlet": ByTopic}
