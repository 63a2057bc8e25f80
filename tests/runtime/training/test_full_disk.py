"""A disk that fills up while a model is written is said as what it is, whoever wrote."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from synthc.runtime.training.checkpoint import on_disk


def test_a_full_disk_has_one_name(tmp_path: Path) -> None:
    """Torch says it in its own words."""
    with pytest.raises(OSError, match="No space left on device") as found, on_disk(tmp_path):
        raise RuntimeError("No space left on device")

    assert found.value.errno == errno.ENOSPC


def test_other_problems_stay_what_they_are(tmp_path: Path) -> None:
    """A mistake of ours is not taken for a full disk."""
    with pytest.raises(RuntimeError, match="shapes"), on_disk(tmp_path):
        raise RuntimeError("shapes do not fit")
