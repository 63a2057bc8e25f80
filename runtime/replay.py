"""Rebuilds what a lock covers from the ledger, with every endpoint off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthc.compiler.graph import Graph
from synthc.runtime.endpoints.base import Identity, Reply, Request
from synthc.runtime.errors import InputError
from synthc.runtime.lock import lock_path, source_hashes
from synthc.runtime.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Off:
    """An endpoint of a replay, which nobody asks."""

    name: str
    locked: Identity
    remote: bool = True

    async def identity(self) -> Identity:
        """Return who answered when it was locked."""
        return self.locked

    async def answer(self, request: Request) -> Reply:
        """Never answer: the ledger does."""
        raise AssertionError((self.name, request))

    async def close(self) -> None:
        """Do nothing."""


def replayed(graph: Graph, lock: Mapping[str, Any]) -> frozenset[str]:
    """Return the nodes to work on: the datasets of a lock, and what they need."""
    return frozenset(needed for name in lock["datasets"] for needed in graph.needs(name))


def check_sources(graph: Graph, project: Path, lock: Mapping[str, Any]) -> None:
    """Raise where a file of a source is not the one that was locked."""
    store = Store(root=project / ".synth")
    for name, wanted in lock["sources"].items():
        found = source_hashes(graph.by_name[name], project, store)
        for file in sorted(found.keys() | wanted.keys()):
            if found.get(file) != wanted.get(file):
                how = "is not there any more" if file not in found else "is new" if file not in wanted else "has changed"
                raise InputError(f"{lock_path(project, graph).name}: {file} of the source `{name}` {how} since it was locked; bring it back, or run and `synthc lock` again")
