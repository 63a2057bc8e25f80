"""Fences of Markdown, closed or not."""

from __future__ import annotations

import re

_BLOCK = re.compile(r"^[ \t]*(?P<mark>`{3,}|~{3,})[ \t]*[\w+-]*[ \t]*\n(?P<inside>.*?)(?:^[ \t]*(?P=mark)[ \t]*$|(?P=mark)[ \t]*(?:\n|\Z)|\Z)", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"\A(?P<mark>`{1,3})(?:(?<=```)(?:json|text|txt|plaintext|markdown)\b)?(?P<inside>[^`\n]+)(?P=mark)\Z")


def fenced(text: str) -> list[str]:
    r"""Return what stands in each fence.

    >>> fenced("Here:\n```json\n[1]\n```\nDone.")
    ['[1]']
    """
    if "```" not in text and "~~~" not in text:
        return []
    return [found["inside"].strip() for found in _BLOCK.finditer(text) if found["inside"].strip()]


def around(text: str) -> tuple[str, str]:
    """Return what stands before the first fence and behind the last."""
    found = list(_BLOCK.finditer(text))
    return (text[: found[0].start()].strip(), text[found[-1].end() :].strip()) if found else (text, "")


def unticked(text: str) -> str:
    """Return a line without the back ticks around all of it.

    >>> unticked("`hello`")
    'hello'
    """
    found = _INLINE.match(text)
    return found["inside"].strip() if found else text
