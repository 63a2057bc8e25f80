"""Pages of what models write: a type and a raw answer in one block, what comes of it in the next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.compiled import graph_of
from tests.expected import writing

# Four tildes, for answers have fences of their own.
_PIECE = re.compile(r"^## (?P<title>.+)$|^~~~~answer (?P<of>.+?)(?P<cut>, length)?\n(?P<raw>(?:.*\n)*?)~~~~\n\n~~~~text\n(?P<comes>(?:.*\n)*?)~~~~$", re.MULTILINE)
_SPEC = """synth 1

public source web = files("web.jsonl") {{ text = .text }}

prompt say(text: text) -> {of} {{
  ask = \"\"\"{{{{ text }}}}\"\"\"
}}

filter out = web
  | ask a = say(text)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer of a page; `finish` is `length` where it had no more room."""

    page: Path
    title: str
    number: int
    of: str
    finish: str
    raw: str
    comes: str

    def __str__(self) -> str:
        return f"{self.page.stem}: {self.title} {self.number}"

    def check(self, actual: str) -> None:
        """Compare with what the page says must come of it."""
        if writing() and actual != self.comes:
            text = self.page.read_text(encoding="utf-8")
            at = [found for found in _PIECE.finditer(text) if found["of"]][self.number - 1]
            self.page.write_text(text[: at.start("comes")] + actual + text[at.end("comes") :], encoding="utf-8")
            return

        assert actual == self.comes


def answers(folder: Path) -> Iterator[Answered]:
    """Yield the answers of all pages."""
    for page in sorted(folder.glob("*.md")):
        title, number, text = "", 0, page.read_text(encoding="utf-8")
        assert text.count("~~~~answer ") == sum(found["of"] is not None for found in _PIECE.finditer(text)), page
        for found in _PIECE.finditer(text):
            title = found["title"] or title
            if found["of"]:
                number += 1
                finish = "length" if found["cut"] else "stop"
                # The end of the block's last line belongs to the page.
                yield Answered(page=page, title=title, number=number, of=found["of"], finish=finish, raw=found["raw"][:-1], comes=found["comes"])


@cache
def type_of(written: str) -> dict[str, Any]:
    """Return a type as the graph has it."""
    with TemporaryDirectory() as folder:
        graph = graph_of(Path(folder) / "spec.synth", _SPEC.format(of=written))
    answer: dict[str, Any] = graph.by_name["out"].steps[0].settings["prompt"]["answer"]
    return answer
