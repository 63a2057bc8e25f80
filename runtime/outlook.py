"""What a run would find in the ledger and what it would ask, with the reason, before anything is sent.

The steps of a node are worked on the rows that are there; a question without an answer is counted
and its row goes no further.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from synthc.compiler.graph import Graph, Node, Privacy
from synthc.runtime.context import Context
from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request
from synthc.runtime.engines.local import work
from synthc.runtime.errors import RunError
from synthc.runtime.events import Events
from synthc.runtime.fingerprints import asked
from synthc.runtime.ledger import Ask, Asking, Ledger, call_key
from synthc.runtime.replay import Off

MOST = 50_000
"""Questions that are looked up for a plan; what comes behind is not counted."""
DECODING = ("temperature", "top_p", "stop", "max_input", "max_output", "overflow")
ROLES = {"system": "system", "user": "ask", "assistant": "examples", "turns": "turns"}
"""Which setting of a prompt a message comes from, by its role."""


@dataclass(slots=True, kw_only=True)
class Outlook:
    """Of one node: questions answered before, and questions to ask by why; `whole` is false where only the first were looked up."""

    cached: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    whole: bool = True

    @property
    def to_ask(self) -> int:
        """How many questions would be sent, as far as they are known."""
        return sum(self.reasons.values())


@dataclass(slots=True, kw_only=True)
class LookedUp(Ledger):
    """A ledger that counts what it has and what it has not, and asks nobody."""

    outlook: Outlook = field(default_factory=Outlook)
    _seen: bool = False

    async def answer(self, identity: Identity, request: Request, ask: Ask, *, about: Asking, subject: str = "", **_: Any) -> tuple[Reply, bool]:  # type: ignore[override] # noqa: ARG002
        """Return an answer that is there; count one that is not."""
        found = self.find(call_key(identity, request))
        if found is None:
            self.outlook.reasons[self._why(about, subject)] += 1
            raise EndpointError("not asked yet")
        self.outlook.cached += 1
        return found, True

    def last_identity(self, endpoint: str) -> Identity | None:
        """Return who answered for an endpoint last."""
        found = self._file.read("SELECT document FROM askings WHERE document LIKE ? ORDER BY rowid DESC LIMIT 1", f'%"endpoint":{json.dumps(endpoint)}%')
        return Identity(**json.loads(found[0])["model"]) if found else None

    def _why(self, about: Asking, subject: str) -> str:
        """Return why a row would be asked about: how its question differs from the most like it of before."""
        if not self._seen:
            self._file.read("SELECT 1")
            with self._file.said():
                self._file.reader.executescript(
                    "CREATE TEMP TABLE seen AS SELECT DISTINCT subject, asking FROM calls WHERE state = 'answered'; CREATE INDEX temp.seen_subject ON seen (subject)"
                )
            self._seen = True
        rows = self._file.reader.execute("SELECT document FROM temp.seen JOIN askings ON askings.id = seen.asking WHERE subject = ?", (subject,))
        before = [document for (text,) in rows if (document := json.loads(text))["prompt"].get("name") == about.prompt["name"]]
        return min((difference(document, about) for document in before), key=len, default="new rows")


def difference(before: Mapping[str, Any], about: Asking) -> str:
    """Return in words how questions differ from those of before."""
    old, new = before["prompt"], json.loads(json.dumps(about.prompt))
    parts = []
    if before["model"] != dict(about.model):
        parts.append(f"model changed (`{before['model'].get('model')}`, now `{about.model['model']}`)")
    worded = [name for name in ("complete", "answer", "slots") if old.get(name) != new.get(name)]
    worded += _messages(old.get("messages") or [], new.get("messages") or [])
    if worded:
        parts.append(f"prompt changed ({', '.join(f'`{name}`' for name in worded)})")
    decoded = [name for name in DECODING if old.get(name) != new.get(name)]
    if decoded:
        parts.append(f"decoding changed ({', '.join(f'`{name}`' for name in decoded)})")
    return " and ".join(parts) or "rows or seed changed"


def answered_last(graph: Graph, ledger: Path, *, overridden: Collection[str]) -> dict[str, Identity]:
    """Return who answered last for each server of a graph, but for those that are elsewhere this time."""
    if not ledger.exists():
        return {}
    file = LookedUp(path=ledger)
    try:
        found = {n.name: file.last_identity(n.name) for n in graph.nodes if n.kind == "endpoint" and n.settings["kind"] != "embedded" and n.name not in overridden}
    finally:
        file.close()
    return {name: identity for name, identity in found.items() if identity is not None}


def _messages(old: list[Any], new: list[Any]) -> list[str]:
    """Return the settings whose messages differ."""
    sides = [{role: [m["parts"] for m in messages if m["role"] == role] for role in ROLES} for messages in (old, new)]
    return [setting for role, setting in ROLES.items() if sides[0][role] != sides[1][role]]


def outlook(node: Node, graph: Graph, inputs: Mapping[str, Path], ledger: Path, **options: Any) -> Outlook | None:
    """Return what a node would ask, None where nobody can tell: its endpoint was never asked, or its rows stay here."""
    found = LookedUp(path=ledger)
    try:
        known = {name: found.last_identity(name) for name in asked(node)}
        if node.label not in {Privacy.PUBLIC, Privacy.DP} or None in known.values():
            return None
        endpoints = {name: Off(name=name, locked=identity) for name, identity in known.items() if identity is not None}
        with tempfile.TemporaryDirectory() as folder, _first(found.outlook):
            asyncio.run(work(_context(node, Path(folder), found.outlook, graph=graph, inputs=inputs, **options), endpoints, found))
        return found.outlook
    finally:
        found.close()


@contextlib.contextmanager
def _first(counted: Outlook) -> Iterator[None]:
    try:
        yield
    except RunError:
        counted.whole = False


def _context(node: Node, folder: Path, counted: Outlook, **more: Any) -> Context:
    return Context(
        node=replace(node, settings={**node.settings, "max_failures": 1.0}),
        fingerprint="outlook",
        folder=folder,
        scratch=folder,
        private=folder,
        project=folder,
        events=Events(),
        stopping=lambda: counted.cached + counted.to_ask > MOST,
        **more,
    )
