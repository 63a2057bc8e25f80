"""Says where so many answers had no room to end that it shows in the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
