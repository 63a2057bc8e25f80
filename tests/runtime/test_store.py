"""The store: artefacts are there whole or not at all, and private ones are for their owner."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from synthc.runtime.errors import OutsideFault
from synthc.runtime.store import Store

ROOT = Path(__file__).parents[2]


def mode(path: Path) -> int:
    """Return the permissions of a path."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("private", [False, True])
def test_an_artefact_is_there_when_it_is_finished(tmp_path: Path, private: bool) -> None:  # noqa: FBT001
    """And not before; where it lies tells private from public."""
    store = Store(root=tmp_path)

    with store.writing("f", private=private) as folder:
        (folder / "rows").write_text("1")
        assert not store.has("f", private=private)

    assert store.has("f", private=private)
    assert not store.has("f", private=not private)
    assert (store.folder("f", private=private) / "rows").read_text() == "1"


def test_an_artefact_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Nor does one that another process left half-written."""
    store = Store(root=tmp_path)
    (tmp_path / "store/f.writing").mkdir(parents=True)
    (tmp_path / "store/f.writing/old").write_text("half")

    def fail() -> None:
        with store.writing("f", private=False) as folder:
            assert list(folder.iterdir()) == []
            (folder / "rows").write_text("1")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()

    assert list((tmp_path / "store").iterdir()) == []


def test_a_fresh_artefact_replaces_the_one_before(tmp_path: Path) -> None:
    """Whole."""
    store = Store(root=tmp_path)
    for text in ("old", "new"):
        with store.writing("f", private=False) as folder:
            (folder / text).write_text(text)

    assert [path.name for path in store.folder("f", private=False).iterdir()] == ["new"]


def test_private_folders_are_for_their_owner(tmp_path: Path) -> None:
    """Artefacts and checkpoints alike, whatever the umask, and the key of the project."""
    before = os.umask(0)
    try:
        store = Store(root=tmp_path / ".synth")
        with store.writing("f", private=True) as folder:
            assert mode(folder) == 0o700
        assert {mode(path) for path in (folder.parent, folder.parent.parent, store.folder("f", private=True), store.scratch("f", private=True))} == {0o700}
        store.key()
        assert mode(tmp_path / ".synth/key") == 0o600
    finally:
        os.umask(before)


def test_a_project_has_one_key(tmp_path: Path) -> None:
    """Long, the same each time, another in another project; nothing half-written is left."""
    keys: list[bytes] = []
    store = Store(root=tmp_path / "a")
    threads = [threading.Thread(target=lambda: keys.append(store.key())) for _ in range(4)]
    for thread in threads:
        thread.start()
        thread.join()

    assert len(set(keys)) == 1
    assert len(keys[0]) == 64
    assert Store(root=tmp_path / "b").key() != keys[0]
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["key"]


def test_hashes_of_private_files_are_keyed(tmp_path: Path) -> None:
    """Nobody can tell from one whether they have the same file."""
    (tmp_path / "x").write_text("text")
    stores = [Store(root=tmp_path / name) for name in "ab"]

    assert stores[0].hash_file(tmp_path / "x", private=False) == stores[1].hash_file(tmp_path / "x", private=False)
    assert stores[0].hash_file(tmp_path / "x", private=True) != stores[1].hash_file(tmp_path / "x", private=True)


HOLDING = """
import sys, time
from pathlib import Path
from synthc.runtime.store import Store
with Store(root=Path(sys.argv[1])).lock("f"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_lock_is_held_across_processes_and_dies_with_its_holder(tmp_path: Path) -> None:
    """A second process is told who is busy; after a kill the lock is free."""
    process = subprocess.Popen([sys.executable, "-c", HOLDING, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    store = Store(root=tmp_path)

    with pytest.raises(OutsideFault, match="busy here"), store.lock("f", busy="busy here"):
        pass
    process.kill()
    process.wait()
    with store.lock("f"), store.lock("g"):
        pass


def test_checkpoints_stay_until_they_are_forgotten(tmp_path: Path) -> None:
    """Or until the artefact is to be made afresh."""
    store = Store(root=tmp_path)
    (store.scratch("f", private=False) / "round").write_text("1")

    assert (store.scratch("f", private=False) / "round").exists()
    assert list(store.scratch("f", private=False, fresh=True).iterdir()) == []
