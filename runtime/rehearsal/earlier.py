"""What earlier runs tell: answers to the same prompt, their tokens and their pace. The ledger is only read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from synthc.runtime.endpoints.base import Reply

LOOKED_AT = 400
"""The latest calls of a prompt."""
PAUSE = 10.0
"""Seconds without an answer after which the run was stopped, or somebody else's turn."""
CALLS = """
SELECT calls.request, calls.reply, calls.time, askings.document FROM calls JOIN askings ON calls.asking = askings.id
WHERE calls.state = 'answered' AND json_extract(askings.document, '$.prompt.name') = ? ORDER BY calls.id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Earlier answers to a prompt; `letters` is how long their questions were, together, and `rate` how many came in a second."""

    replies: Sequence[Reply] = ()
    letters: int = 0
    rate: float | None = None

    @property
    def tokens_a_letter(self) -> float | None:
        """How many tokens a letter of a question takes, None where nothing was asked yet."""
        return sum(reply.tokens_in for reply in self.replies) / self.letters if self.letters else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A ledger that is read and never written; without a file there is no past."""

    path: Path

    def find(self, key: str) -> Reply | None:
        """Return the answer to a call, None if there is none."""
        found = self._read("SELECT reply FROM calls WHERE key = ? AND state = 'answered'", key)
        return Reply(**json.loads(found[0][0])) if found else None

    def of(self, prompt: Mapping[str, Any], kind: str) -> Earlier:
        """Return earlier answers of this kind of server to the same prompt."""
        calls = [call for call in self._read(CALLS, prompt["name"], LOOKED_AT) if _same(json.loads(call[3]), prompt, kind)]
        replies = [Reply(**json.loads(reply)) for _, reply, _, _ in calls]
        return Earlier(replies=replies, letters=sum(_letters(json.loads(request)) for request, *_ in calls), rate=_rate([time for _, _, time, _ in calls]))

    def _read(self, statement: str, *values: Any) -> list[Any]:
        if not self.path.is_file():
            return []
        try:
            with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
                return connection.execute(statement, values).fetchall()
        except sqlite3.Error:
            return []


def _same(document: Mapping[str, Any], prompt: Mapping[str, Any], kind: str) -> bool:
    alike = ("messages", "complete", "slots", "answer", "max_output", "temperature")
    embedded = document["model"].get("server") == "embedded"
    return embedded == (kind == "embedded") and all(document["prompt"].get(key) == json.loads(json.dumps(prompt[key])) for key in alike)


def _letters(request: Mapping[str, Any]) -> int:
    return sum(len(text) for _, text in request["messages"]) if request["messages"] is not None else len(request["prompt"] or "")


def _rate(times: Sequence[float]) -> float | None:
    """Return answers a second while there were any, None of too few."""
    ordered = sorted(times)
    gaps = [after - before for before, after in pairwise(ordered) if after - before < PAUSE]
    return len(gaps) / sum(gaps) if len(gaps) >= 32 and sum(gaps) > 0 else None  # fewer came in one or two batches
