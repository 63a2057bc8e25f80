"""What every step is at run, and the boring things it need not do itself.

A stage takes frames and gives frames, in row order. It counts: rows in, and where they went.
"""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from synthc.compiler.graph import Step
from synthc.runtime.answers.asking import Tally
from synthc.runtime.endpoints.calling import Caller
from synthc.runtime.rows import ID, Dataset
from synthc.runtime.setaside import SetAside
from synthc.runtime.steps.expression import Score, expression, present

Frames = AsyncGenerator[pl.DataFrame, None]


@dataclass(slots=True, kw_only=True)
class Count:
    """Rows of one step: in = out + filtered + duplicates + failed - added."""

    verb: str
    rows_in: int = 0
    rows_out: int = 0
    filtered: int = 0
    duplicates: int = 0
    failed: int = 0
    added: int = 0

    def check(self) -> None:
        """Assert that no row was lost or made from nothing."""
        left = self.rows_out + self.filtered + self.duplicates + self.failed - self.added
        assert left == self.rows_in, f"{self.verb}: {asdict(self)}"


def _no_rows(name: str) -> Dataset:
    raise AssertionError(name)


@dataclass(slots=True, kw_only=True)
class Around:
    """What a stage is surrounded by: the step, seeds, endpoints, rows of other nodes, where rows are set aside, and a count of answers.

    `answered` are the rows of an `ask` whose answer is there, some of them behind others that wait, and `room`
    tells how many may wait for theirs.
    """

    step: Step
    count: Count
    seed: int
    aside: SetAside
    caller: Caller | None
    score: Score
    rows: Callable[[str], Dataset] = _no_rows
    tally: Tally | None = None
    again: int = 0
    answered: int = 0
    room: Callable[[], float] = lambda: math.inf
    progress: Callable[[], None] = lambda: None

    @property
    def settings(self) -> Mapping[str, Any]:
        """The step's settings."""
        return self.step.settings

    def evaluate(self, frame: pl.DataFrame, json: Mapping[str, Any], name: str, *, what: str) -> pl.DataFrame:
        """Return the frame with the value of an expression; rows without one are set aside."""
        frame = frame.with_columns(expression(json, self.score).alias(name))
        good = present(pl.col(name), frame.schema[name])
        return self.keep(frame, good, f"{what} has no value")

    def keep(self, frame: pl.DataFrame, good: pl.Expr, reason: str) -> pl.DataFrame:
        """Return the rows for which something holds and set the others aside."""
        bad = frame.filter(~good)
        for row in bad[ID]:
            self.fail(row, reason)
        return frame if bad.is_empty() else frame.filter(good)

    def fail(self, row: str, reason: str, **more: Any) -> None:
        """Set one row aside."""
        self.count.failed += 1
        self.aside.add(row, self.step.place, reason, step=self.step.verb, **more)


Stage = Callable[[Frames, Around], Frames]


def each(work: Callable[[pl.DataFrame, Around], pl.DataFrame]) -> Stage:
    """Make a stage of a function that looks at one frame at a time."""

    async def stage(frames: Frames, around: Around) -> Frames:
        async for frame in frames:
            around.count.rows_in += len(frame)
            done = work(frame, around)
            around.count.rows_out += len(done)
            if not done.is_empty():
                yield done

    return stage


def whole(work: Callable[[pl.DataFrame, Around], pl.DataFrame]) -> Stage:
    """Make a stage of a function that must see all rows before it gives the first."""

    async def stage(frames: Frames, around: Around) -> Frames:
        gathered = [frame async for frame in frames]
        if not gathered:
            return
        frame = pl.concat(gathered)
        around.count.rows_in = len(frame)
        done = work(frame, around)
        around.count.rows_out = len(done)
        for part in done.iter_slices(4096):
            yield part

    return stage


def draw(ids: pl.Series, seed: int, what: str) -> pl.Series:
    """Return a number in 0..2^64 for each row, drawn by the seed and the row's id alone."""
    from hashlib import blake2b

    salt = f"{seed} {what} ".encode()
    return pl.Series([int.from_bytes(blake2b(salt + row.encode(), digest_size=8).digest(), "big") for row in ids], dtype=pl.UInt64)
