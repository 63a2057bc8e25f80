"""What happens in a run, told once: to `events.jsonl` and to whoever listens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Listener = Callable[[Mapping[str, Any]], None]
TIMED = frozenset({"run_started", "run_finished"})
UNWRITTEN = frozenset({"progress", "owner_note"})
"""Events for listeners alone."""


@dataclass(slots=True, kw_only=True)
class Events:
    """An append-only log, one JSON object a line, and its listeners.

    Kinds: `run_started` (graph, nodes), `node_started` (node, kind), `progress` (node, done,
    total or null, unit, and what a bar shows beside it), `note` (node, text), `owner_note` (node,
    text that rests on private rows), `node_finished`
    (node, status, rows, seconds, requests, ...), `run_finished` (status). `progress` and `owner_note` go
    to listeners alone, and in the log the run alone has times, in whole seconds: others would tell
    how long private nodes and rounds took. `timed` are the events that have them there.
    """

    path: Path | None = None
    listeners: tuple[Listener, ...] = field(default=())
    timed: frozenset[str] = TIMED

    def emit(self, event: str, **data: Any) -> None:
        """Tell an event; nothing private may be in one that is written."""
        record = {"event": event, "time": round(time.time(), 3), **data}
        if self.path is not None and event not in UNWRITTEN:
            time_ = {"time": round(record["time"])} if event in self.timed else {}
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"event": event, **time_, **data}, ensure_ascii=False) + "\n")
        for listener in self.listeners:
            listener(record)
