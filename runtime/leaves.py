"""Reads the rows off the leaves of a SQLite file, whatever became of its other pages.

A table is a tree, and rows lie on its leaves; a leaf says by itself what is on it. So rows are found
though the way to them is lost. What begins on a leaf and does not fit goes on in a chain of pages.
The format: https://sqlite.org/fileformat2.html.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEAD = 100
"""Bytes before the first page's own head."""
TABLE_LEAF = 13
INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
"""Bytes of an integer, by its type."""
FLOAT, ZERO, ONE = 7, 8, 9
BLOB = 12

Row = tuple[int, list[Any]]
"""The number of a row and its values, of which the first is None where it is that number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaves:
    """The pages of a file."""

    data: bytes | mmap.mmap
    size: int

    @classmethod
    def of(cls, path: Path, size: int = 4096) -> Leaves:
        """Open a file whose pages have a known size, in case its head does not tell."""
        with path.open("rb") as file:
            return cls(data=mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b"", size=size)

    def rows(self) -> Iterator[Row]:
        """Yield the rows of all leaves; one that is cut off or no row is left out."""
        for number in range(1, len(self.data) // self.size + 1):
            page = self.page(number)
            start = HEAD if number == 1 else 0
            if page[start] != TABLE_LEAF:
                continue
            (count,) = struct.unpack_from(">H", page, start + 3)
            for place in range(min(count, (self.size - start - 8) // 2)):
                (at,) = struct.unpack_from(">H", page, start + 8 + 2 * place)
                try:
                    yield self._row(page, at)
                except (IndexError, ValueError, struct.error):
                    continue

    def page(self, number: int) -> bytes:
        """Return a page; the first has number 1."""
        found = self.data[(number - 1) * self.size : number * self.size]
        if number < 1 or len(found) < self.size:
            raise ValueError(number)
        return found

    def _row(self, page: bytes, at: int) -> Row:
        length, at = _varint(page, at)
        number, at = _varint(page, at)
        return number, _values(self._payload(page, at, length))

    def _payload(self, page: bytes, at: int, length: int) -> bytes:
        """Return a record, and what of it lies on other pages."""
        most, least = self.size - 35, (self.size - 12) * 32 // 255 - 23
        if length <= most:
            return page[at : at + length]
        if length > len(self.data):
            raise ValueError(length)
        local = least + (length - least) % (self.size - 4)
        local = local if local <= most else least
        found = page[at : at + local]
        (following,) = struct.unpack_from(">I", page, at + local)
        pieces = [found]
        left = length - len(found)
        while left > 0:
            more = self.page(following)
            (following,) = struct.unpack_from(">I", more)
            pieces.append(more[4 : 4 + left])
            left -= self.size - 4
        return b"".join(pieces)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return an integer of one to nine bytes, and where it ends.

    >>> _varint(bytes([0x81, 0x00]), 0)
    (128, 2)
    """
    found = 0
    for place in range(8):
        byte = data[at + place]
        found = found << 7 | byte & 0x7F
        if byte < 0x80:
            return found, at + place + 1
    return found << 8 | data[at + 8], at + 9


def _values(record: bytes) -> list[Any]:
    """Return the values of a record."""
    end, at = _varint(record, 0)
    kinds = []
    while at < end:
        kind, at = _varint(record, at)
        kinds.append(kind)
    values = []
    for kind in kinds:
        value, at = _value(record, kind, at)
        values.append(value)
    return values


def _value(record: bytes, kind: int, at: int) -> tuple[Any, int]:
    """Return a value of a type, and where it ends."""
    if kind in INTEGERS:
        end = at + INTEGERS[kind]
        return int.from_bytes(_whole(record, at, end), "big", signed=True), end
    if kind == FLOAT:
        return struct.unpack_from(">d", record, at)[0], at + 8
    if kind < BLOB:
        return {0: None, ZERO: 0, ONE: 1}[kind], at
    end = at + (kind - BLOB) // 2
    found = _whole(record, at, end)
    return (found.decode() if kind % 2 else found), end


def _whole(record: bytes, at: int, end: int) -> bytes:
    if end > len(record):
        raise ValueError(end)
    return record[at:end]
