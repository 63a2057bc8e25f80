"""Says where so many answers had no room to end that it shows in the data, and how many were none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

MANY = 0.05
"""The share of answers from which on it is said."""
LOST = {"list": "each list lost the item it was in", "text": "each text ends where it was cut", "record": "each of them failed"}


def cut_answers(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each prompt of which more than one answer in twenty was cut off.

    >>> tally = {"prompt": "chat", "kind": "list", "max_output": 64, "replies": 40, "cut": 6}
    >>> list(cut_answers({"nodes": [{"name": "invented", "answers": [tally]}]}))
    ['warning: `invented` had 6 of its 40 answers (15%) to `chat` cut off, and each list lost the item it was in; raise `max_output = 64`']
    """
    for node in document["nodes"]:
        for of in node.get("answers") or ():
            if of["cut"] > MANY * of["replies"]:
                lost = f", and {LOST[of['kind']]}" if of["kind"] in LOST else ""
                share = of["cut"] / of["replies"]
                yield f"warning: `{node['name']}` had {of['cut']:,} of its {of['replies']:,} answers ({share:.0%}) to `{of['prompt']}` cut off{lost}; raise `max_output = {of['max_output']}`"


def no_answers(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each prompt some of whose answers refused, or could not be read.

    >>> tally = {"prompt": "chat", "rows": 30, "failed": 1, "replies": 40, "refused": 2, "unreadable": 1}
    >>> list(no_answers({"run": "runs/a", "nodes": [{"name": "invented", "answers": [tally]}]}))
    ['`invented` had 40 answers to `chat` about 30 rows: 2 refused and 1 could not be read; 1 row has none']
    """
    for node in document["nodes"]:
        for of in node.get("answers") or ():
            said = [f"{of[key]:,} {what}" for key, what in (("refused", "refused"), ("unreadable", "could not be read")) if of[key]]
            if said:
                failed = of.get("failed", 0)
                left = f"{failed:,} row{'s have' if failed > 1 else ' has'} none" if failed else "they were asked again, and every row has one"
                why = Path(document["run"]) / "failures" / f"{node['name']}.jsonl"
                yield f"`{node['name']}` had {of['replies']:,} answers to `{of['prompt']}` about {of['rows']:,} rows: {' and '.join(said)}; {left}" + (f" (see {why})" if why.exists() else "")
