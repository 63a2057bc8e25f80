"""Remembers which texts were in style, so that `synthc fmt` looks again only at what has changed."""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from synthc import dsl
from synthc.dsl import tables

SIZE = 16
MOST = 100_000
"""How many texts are remembered; then it begins anew."""


class InStyle:
    """The texts that were found in style, by their digests, in a file that belongs to this very formatter."""

    def __init__(self) -> None:
        """Read nothing yet."""
        self._added: set[bytes] = set()

    def __contains__(self, text: str) -> bool:
        return _digest(text) in self._known

    def add(self, text: str) -> None:
        """Take a text that is in style."""
        self._added.add(_digest(text))

    def keep(self) -> None:
        """Write what was added; where nothing can be written, it is forgotten."""
        if self._added:
            known = self._known if len(self._known) < MOST else set()
            tables.keep(self._path, b"".join(sorted(known | self._added)))

    @cached_property
    def _path(self) -> Path:
        """The file, another for each state of the code that says what is in style."""
        code = Path(dsl.__file__).parent
        return tables.place("style", *(path.read_text(encoding="utf-8") for path in (*sorted(code.glob("*.py")), *code.glob("*.lark"))))

    @cached_property
    def _known(self) -> set[bytes]:
        kept = tables.kept(self._path) or b""
        return {kept[at : at + SIZE] for at in range(0, len(kept), SIZE)}


def _digest(text: str) -> bytes:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=SIZE).digest()
