"""A device's own text: where it is, and what of it can be read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthc.runtime.federated.deployed.joined import Declined

HOW = """start its SuperNode with `--node-config 'text="/path/of/texts.jsonl"'`"""


def text_file(config: Mapping[str, Any]) -> Path:
    """Return the file that a node's settings name, whatever it is called: what was joined is counted beside it.

    Raises:
        Declined: there is none.
    """
    named = str(config.get("text", "")).strip()
    if not named:
        raise Declined(f"nobody told it where its text is; {HOW}")
    path = Path(named).expanduser()
    if not path.is_absolute():
        raise Declined(f"the path of its text is relative, and nobody knows to what; {HOW}")
    if not path.exists():
        raise Declined(f"there is no file where it was told that its text is; {HOW}")
    if not path.is_file():
        raise Declined(f"what it was told to be its text is no file; {HOW}")
    return path.resolve()


def texts(path: Path, column: str) -> list[str]:
    """Return the texts of a device: of each JSON line, or each line; one that has none is left out, and shown to nobody.

    Raises:
        Declined: the file cannot be read, is not UTF-8, or there is no text in it.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # not `splitlines`: JSON leaves other separators in its strings as they are
    except UnicodeDecodeError:
        raise Declined("its text is not UTF-8; write it anew in that encoding") from None
    except OSError:
        raise Declined("its text cannot be read; give whoever runs the SuperNode the right to") from None
    jsonl = path.suffix == ".jsonl"
    found = [text for line in lines if (text := _text(line, column) if jsonl else line).strip()]
    if not found:
        raise Declined(f"its file has no text: no line is JSON with `{column}` in it, as in {json.dumps({column: 'see you at eight'})}" if jsonl else "its file has no text")
    return found


def _text(line: str, column: str) -> str:
    """Return the text of a JSON line, nothing where it has none."""
    try:
        text = json.loads(line)[column]
    except (ValueError, KeyError, TypeError):
        return ""
    return text if isinstance(text, str) else ""
