"""`pool([near, far])`: several endpoints with the same model that share the work.

Each request goes to the one with the fewest in flight. One that keeps failing is left alone for a while, and then tried with a single request.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from synthc.compiler.catalog.asked import Asked
from synthc.compiler.catalog.server import EndpointEntry
from synthc.compiler.catalog.values import Count, Said, Seconds, Settings, Unit


class Members(Settings):
    """What stands in its brackets."""

    members: Annotated[Any, Said("list of endpoints")] = Field(description="Endpoints that are declared elsewhere, all with the same model.")


class Pool(Asked):
    """How the work is shared."""

    concurrency: Annotated[Count, Unit("requests")] | None = Field(None, description="The most requests in flight; as many as its members take together where nothing is said.")  # type: ignore[assignment]
    trip: Annotated[Count, Unit("requests")] = Field(5, description="How many failures in a row leave a member alone.")
    rest: Seconds = Field(10.0, description="How long it is left alone before it is tried again.")


ENDPOINT = EndpointEntry(settings=Pool, brackets=Members, takes="a list of endpoints, such as `pool([near, far])`")
