"""The blocks of a page that was written by hand: a spec that grows from block to block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^```synth(?P<head>.*)\n(?P<text>(?:.*\n)*?)```$(?:\n\n```text\n(?P<said>(?:.*\n)*?)```$)?", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A spec as far as the page has come.

    A block that begins with `synth 1` begins a spec, any other goes on. One headed ```synth wrong RULE shows what is
    refused, with what is said about it in the block below, and nothing goes on from it.
    """

    page: str
    number: int
    spec: str
    wrong: str
    said: str | None
    place: tuple[int, int]

    def __str__(self) -> str:
        return f"{self.page}-{self.number}"


def blocks(page: Path) -> Iterator[Block]:
    """Yield the blocks of a page in their order."""
    spec = ""
    for number, block in enumerate(BLOCK.finditer(page.read_text(encoding="utf-8")), 1):
        whole = block["text"] if block["text"].startswith("synth 1") else f"{spec}\n{block['text']}"
        wrong = block["head"].strip().removeprefix("wrong").strip()
        yield Block(page=page.stem, number=number, spec=whole, wrong=wrong, said=block["said"], place=block.span("said"))
        spec = spec if wrong else whole
