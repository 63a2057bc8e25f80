"""What an endpoint may be: what stands in its brackets, and how it is called."""

from __future__ import annotations

from dataclasses import dataclass

from synthc.compiler.catalog.asked import Asked
from synthc.compiler.catalog.door import Door
from synthc.compiler.catalog.values import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointEntry:
    """A kind of endpoint: its settings, and what stands in its brackets, of which the first must; `takes` says that in words.

    Of what stands in the brackets, `url` is an address that is read when the spec is run. A setting `token` is a secret.
    """

    settings: type[Asked]
    brackets: type[Settings] | None = None
    takes: str = ""


ENDPOINTS = Door(
    group="synthc.endpoints",
    of=EndpointEntry,
    built_in={kind: f"synthc.compiler.catalog.endpoints.{kind}:ENDPOINT" for kind in ("tgi", "openai", "hf", "transformers", "pool", "embedded")},
)
"""Entry points of this group name a kind and lead to its `EndpointEntry`; what asks it stands under `synthc.servers`."""
