"""Rows that are set aside: where they go, with their reason, and when there are too many."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synthc.runtime.errors import TooManyFailures

ENOUGH_TO_JUDGE = 200
"""Rows after which the share of failures can stop a node before its end."""


@dataclass(slots=True, kw_only=True)
class SetAside:
    """The failures of one node, one JSON object a line."""

    path: Path
    allowed: float
    place: str
    name: str
    private: bool
    rows: int = 0
    failed: int = 0
    _lines: list[str] = field(default_factory=list)

    def add(self, row: str, place: str, reason: str, **more: Any) -> None:
        """Set a row aside; of a private row nothing but its place is kept."""
        self.failed += 1
        known = {"row": row, "place": place, "reason": reason, **more}
        self._lines.append(json.dumps({"place": place} if self.private else known, ensure_ascii=False))
        if len(self._lines) >= 100:
            self.flush()

    def seen(self, rows: int) -> None:
        """Count rows that came in, and stop where too many of them failed."""
        self.rows += rows
        if self.rows >= ENOUGH_TO_JUDGE:
            self.judge()

    def judge(self) -> None:
        """Raise if more of the rows failed than the spec allows."""
        if self.rows and self.failed / self.rows > self.allowed:
            self.flush()
            count = "" if self.private else f" ({self.failed:,} of {self.rows:,})"
            raise TooManyFailures(
                f"{self.place}: `{self.name}` set aside {'' if self.private else f'{self.failed / self.rows:.1%} of '}its rows{count},"
                f" more than `max_failures = {self.allowed:.0%}`; why stands in {self.path}"
            )

    def flush(self) -> None:
        """Write what waits."""
        if self._lines:
            with self.path.open("a", encoding="utf-8") as file:
                file.write("\n".join(self._lines) + "\n")
            self._lines.clear()
