"""What was answered: how many replies to each prompt were cut off, refused or something else than what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synthc.runtime.page.markup import Column, Markup, element, table
from synthc.runtime.page.numbers import count, percent

COLUMNS = ("Rows", "Answers", "Cut off", "Refused", "Unreadable")


def answers(name: str, counts: Mapping[str, Any]) -> Markup:
    """Return the table of a node's prompts, nothing where it asks none."""
    tallies = counts.get("answers", [])
    if not tallies:
        return Markup("")
    columns = [Column(title="Prompt", number=False), *(Column(title=title) for title in COLUMNS)]
    rows = [[element("code", of["prompt"]), count(of["rows"]), count(of["replies"]), *(_part(of[key], of["replies"]) for key in ("cut", "refused", "unreadable"))] for of in tallies]
    return table(columns, rows, caption=f"What `{name}` was answered")


def _part(number: int, replies: int) -> object:
    return f"{count(number)} ({percent(number / replies)})" if number else element("span", "0", class_="nil")
