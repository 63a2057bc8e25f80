"""A training that is killed by the system goes on to the model it would have been."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path
from typing import Any

import pytest

from synthc.runtime.training import loop
from tests.runtime.training.test_loop import same, trained
from tests.runtime.training.tiny import MODEL, TRANSFORMER

CEILING = 300.0
"""Seconds after which a process that wrote no checkpoint is taken to hang."""


def train_and_save(folder: Path, way: dict[str, Any]) -> None:
    """Train with a checkpoint behind every step."""
    loop.SECONDS_BETWEEN_CHECKPOINTS = -1.0
    trained(folder, **way)


def killed(folder: Path, way: dict[str, Any]) -> None:
    """Train in a process of its own, and kill it as soon as it has written a checkpoint, if it is not done by then."""
    checkpoint = folder / "checkpoint.pt"
    before = checkpoint.stat().st_mtime_ns if checkpoint.exists() else None
    process = multiprocessing.get_context("spawn").Process(target=train_and_save, args=(folder, way))
    process.start()
    begun = time.monotonic()
    while process.is_alive() and (not checkpoint.exists() or checkpoint.stat().st_mtime_ns == before):
        assert time.monotonic() - begun < CEILING
        time.sleep(0.01)
    process.kill()
    process.join()


@pytest.mark.parametrize("way", [{"of": MODEL}, {"of": TRANSFORMER, "precision": "bfloat16"}], ids=["lstm", "transformer in bfloat16"])
def test_a_killed_training_goes_on_bit_for_bit(tmp_path: Path, way: dict[str, Any]) -> None:
    """Whenever the kill came, and what it left half-written is gone."""
    whole, end = trained(tmp_path, **way)
    folder = tmp_path / "killed"
    folder.mkdir()
    for _ in range(2):
        killed(folder, way)
    again, other = trained(folder, **way)

    assert same(again, whole)
    assert (other.step, other.loss, other.anew) == (end.step, end.loss, False)
    assert [path.name for path in folder.iterdir()] == ["checkpoint.pt"]
