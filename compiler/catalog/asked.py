"""What all endpoints have in common, and what those have that are reached over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from synthc.compiler.catalog.values import Count, Number, Said, Seconds, Settings, Unit, Whole, YesNo

HERE = frozenset({"embedded", "transformers"})
"""The kinds that answer on this machine, so that what a pretended population taught may be asked about."""

Address = Annotated[Any, Said("text, or `env(...)`")]
Secret = Annotated[Any, Said('`secret("NAME")`')]


class Asked(Settings):
    """How much is asked of an endpoint at once."""

    concurrency: Annotated[Count, Unit("requests")] = Field(64, description="The most requests in flight; fewer are sent while it is busy.")
    retries: Whole = Field(2, description="How often a request is sent again after a fault outside.")
    default: YesNo = Field(default=False, description="Whether it answers where nothing else is said and several endpoints are declared.")


class Price(Settings):
    """What a million tokens cost, in dollars."""

    input: Annotated[Number, Field(ge=0)] = Field(description="Of those that are read.")
    output: Annotated[Number, Field(ge=0)] = Field(description="Of those that are written.")


class Served(Asked):
    """How a server is called."""

    timeout: Seconds = Field(60.0, description="How long one answer may take.")
    token: Secret = Field(None, description="What the server wants as a bearer token; it is read when the spec is run and written nowhere.")
    price: Annotated[Price | None, Said("`{ input = DOLLARS, output = DOLLARS }`")] = Field(None, description="What a million tokens cost, read and written; `synthc plan` counts with it.")
    insecure: YesNo = Field(default=False, description="Whether the address may be one that is neither https nor of this machine.")
