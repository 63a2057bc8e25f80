"""Rows at rest: a folder of Parquet shards, written whole and read in batches.

A row has its columns and, beside them, `_id` (text, unique in its dataset). Rows of a private
source also carry `_user` (the user's id, keyed and hashed) and `_part` (the part of the split).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

ID, USER, PART = "_id", "_user", "_part"
SHARD_ROWS = 8_192
"""So many rows of a few kilobytes each are held at once, written or read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A finished dataset on disk."""

    folder: Path

    @property
    def shards(self) -> list[Path]:
        """The Parquet files in row order."""
        return sorted(self.folder.glob("part-*.parquet"))

    @property
    def counts(self) -> dict[str, Any]:
        """`in`, `out`, `filtered`, `duplicates`, `failed`, as written beside the rows."""
        counts: dict[str, Any] = json.loads((self.folder / "counts.json").read_text())
        return counts

    @property
    def rows(self) -> int:
        """How many rows there are, counted on disk."""
        return int(pl.scan_parquet(self.shards).select(pl.len()).collect().item())

    @property
    def whole(self) -> bool:
        """Whether the files are those that were written, as far as their ends and the number of rows tell."""
        try:
            return bool(self.rows == self.counts.get("out", self.rows))
        except (pl.exceptions.PolarsError, OSError, ValueError):
            return False

    def frames(self, columns: list[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows in order, a frame at a time, with only some columns if asked."""
        for shard in self.shards:
            yield pl.read_parquet(shard, columns=columns)

    def part(self, name: str, columns: list[str]) -> pl.DataFrame:
        """Return the rows of one part of a private source's split, grouped by user in id order."""
        frame = pl.scan_parquet(self.shards).filter(pl.col(PART) == name).select([USER, ID, *columns]).collect()
        return frame.sort(USER, maintain_order=True)


@dataclass(slots=True, kw_only=True)
class DatasetWriter:
    """Writes frames into shards of a fixed number of rows, so that the same rows give the same bytes."""

    folder: Path
    schema: dict[str, pl.DataType]
    _waiting: pl.DataFrame | None = None
    _shard: int = 0
    _flushed: int = 0

    @property
    def rows(self) -> int:
        """How many rows were given so far."""
        return self._flushed + (0 if self._waiting is None else len(self._waiting))

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows; other columns than those of the schema are a mistake of ours."""
        assert set(frame.columns) == set(self.schema), (frame.columns, list(self.schema))
        frame = frame.select(list(self.schema)).cast(self.schema)  # type: ignore[arg-type]
        self._waiting = frame if self._waiting is None else pl.concat([self._waiting, frame])
        while len(self._waiting) >= SHARD_ROWS:
            self._flush(self._waiting[:SHARD_ROWS])
            self._waiting = self._waiting[SHARD_ROWS:]

    def close(self, counts: dict[str, Any]) -> None:
        """Write what waits (at least one shard, so that an empty dataset has its columns) and the counts."""
        if self._waiting is None:
            self._waiting = pl.DataFrame(schema=self.schema)
        if len(self._waiting) or self._shard == 0:
            self._flush(self._waiting)
        (self.folder / "counts.json").write_text(json.dumps(counts, indent=1) + "\n")

    def _flush(self, frame: pl.DataFrame) -> None:
        frame = frame.rechunk()
        frame.write_parquet(self.folder / f"part-{self._shard:05d}.parquet", compression="zstd", statistics=False)
        self._shard += 1
        self._flushed += len(frame)
