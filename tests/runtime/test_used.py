"""Which calls a node rests on is known whatever becomes of it, so that nothing it paid for is pruned."""

from __future__ import annotations

from pathlib import Path

from synthc.runtime.used import noting, used, used_by_any, used_folder

KEYS = [f"{n:032x}" for n in range(5)]


def test_what_was_noted_counts_at_once(tmp_path: Path) -> None:
    """A process that is killed now has lost none."""
    with noting(tmp_path, "abc") as note:
        note(KEYS[0])

        assert list(used_by_any(tmp_path)) == KEYS[:1]


def test_what_a_killed_run_noted_is_kept_by_the_next(tmp_path: Path) -> None:
    """Each key once, and none from a note that a full disk cut off."""
    waiting = used_folder(tmp_path) / "abc.writing"
    waiting.parent.mkdir(parents=True)
    waiting.write_bytes(bytes.fromhex(KEYS[0] + KEYS[1]) + b"half a key")

    with noting(tmp_path, "abc") as note:
        note(KEYS[1])
        note(KEYS[2])

    assert used(tmp_path, "abc") == KEYS[:3]
    assert not waiting.exists()
