"""Pages of text in and text out: a heading, what is given, what must come of it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
_CASE = re.compile(r"^## (?P<title>.+)\n(?:[^`]*\n)?```synth\n(?P<given>(?:.*\n)*?)```\n+```(?:text|synth)\n(?P<expected>(?:.*\n)*?)```$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One example of a page. With SYNTHC_GOLDEN=write in the environment, the page is rewritten instead of checked."""

    page: Path
    title: str
    given: str
    expected: str

    def __str__(self) -> str:
        return self.title.replace(" ", "-")

    def check(self, actual: str) -> None:
        """Compare with what the page says."""
        if os.environ.get("SYNTHC_GOLDEN") == "write" and actual != self.expected:
            self._rewrite(actual)
            return

        assert actual == self.expected

    def _rewrite(self, actual: str) -> None:
        text = self.page.read_text()
        match = next(match for match in _CASE.finditer(text) if match["title"] == self.title)
        self.page.write_text(text[: match.start("expected")] + actual + text[match.end("expected") :])


def cases(name: str) -> list[Case]:
    """Return all examples of a page in this folder."""
    page = HERE / name
    text = page.read_text()
    found = [Case(page=page, title=each["title"], given=each["given"], expected=each["expected"]) for each in _CASE.finditer(text)]
    assert len(found) == text.count("\n## ")
    return found
