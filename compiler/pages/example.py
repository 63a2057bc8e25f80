"""The examples of a page: blocks that begin with ```synth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_BLOCK = re.compile(r"^```synth (?P<head>.+)\n(?P<text>(?:.*\n)*?)```$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A spec that is `wrong` or `right`.

    `params` are what stands as `--set NAME=VALUE` behind that word. `files` are the blocks before it that begin with
    ```synth NAME.synth; they stand in the same folder.
    """

    verdict: str
    text: str
    params: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def examples(page: str) -> Iterator[Example]:
    """Yield the examples of a page in their order."""
    files: dict[str, str] = {}
    for block in _BLOCK.finditer(page):
        head, *options = block["head"].split()
        if head.endswith(".synth"):
            files[head] = block["text"]
        else:
            params = dict(option.split("=", 1) for option in options if option != "--set")
            yield Example(verdict=head, text=block["text"], params=params, files=dict(files))
