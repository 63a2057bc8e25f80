"""Rows that are set aside: where they go, with their reason, and when there are too many."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synthc.runtime.errors import RunError, TooManyFailures

KINDS = 1000
"""Reasons that are counted, so that reasons which name their row take no room."""
SHOWN = 300
"""Letters of a reason in an error."""


@dataclass(slots=True, kw_only=True)
class SetAside:
    """The failures of one node, one JSON object a line; `error` is what too many of them are."""

    path: Path
    allowed: float
    place: str
    name: str
    private: bool
    error: type[RunError] = TooManyFailures
    failed: int = 0
    _rows: int = 0
    _lines: list[str] = field(default_factory=list)
    _reasons: Counter[str] = field(default_factory=Counter)

    def add(self, row: str, place: str, reason: str, **more: Any) -> None:
        """Set a row aside; of a private row nothing but its place is kept."""
        self.failed += 1
        known = {"row": row, "place": place, "reason": reason, **more}
        self._lines.append(json.dumps({"place": place} if self.private else known, ensure_ascii=False))
        if not self.private and (len(self._reasons) < KINDS or reason in self._reasons):
            self._reasons[reason] += 1
        if len(self._lines) >= 100:
            self.flush()

    def judge_early(self, rows: int) -> None:
        """Raise if so many of the first rows failed that the others can hardly make up for it: four standard deviations, and a few."""
        # A step further on has seen few rows yet, and those that failed before it were of more.
        self._rows = max(self._rows, rows)
        expected = self._rows * self.allowed
        if self.failed > expected + 4 * expected**0.5 + 5:
            self.judge(self._rows)

    def judge(self, rows: int) -> None:
        """Raise if more of these rows failed than the spec allows."""
        if self.failed > rows * self.allowed:
            self.flush()
            which = "too many of its rows," if self.private else f"{self.failed:,} of its {rows:,} rows ({self.failed / max(1, rows):.1%}),"
            raise self.error(f"{self.place}: `{self.name}` set aside {which} more than `max_failures = {self.allowed * 100:.3g}%`{self._why()}; {'their places stand' if self.private else 'why stands'} in {self.path}")

    def _why(self) -> str:
        """Return the reason of most of them; nothing of private rows."""
        for reason, count in self._reasons.most_common(1):
            return f"; {count:,} of them: {reason[:SHOWN]}{'...' * (len(reason) > SHOWN)}"
        return ""

    def flush(self) -> None:
        """Write what waits."""
        if self._lines:
            with self.path.open("a", encoding="utf-8") as file:
                file.write("\n".join(self._lines) + "\n")
            self._lines.clear()
