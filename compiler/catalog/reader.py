"""What a source may read from: what stands in the brackets, and which of it names files."""

from __future__ import annotations

from dataclasses import dataclass

from synthc.compiler.catalog.door import Door
from synthc.compiler.catalog.values import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEntry:
    """A kind of source: its arguments, of which `paths` are files that count from the folder of the spec that names them."""

    settings: type[Settings]
    paths: tuple[str, ...] = ()


SOURCES = Door(
    group="synthc.sources",
    of=SourceEntry,
    built_in={kind: f"synthc.compiler.catalog.sources.{kind}:SOURCE" for kind in ("files", "hub")},
)
"""Entry points of this group name a kind and lead to its `SourceEntry`; what finds its files stands under `synthc.readers`."""
