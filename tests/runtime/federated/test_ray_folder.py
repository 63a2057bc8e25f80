"""What Ray writes on this machine is removed, also where the run was killed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from synthc.runtime.federated.ray_folder import MARK, ray_folder

KILLED = """
import os, pathlib, sys, tempfile
tempfile.tempdir = sys.argv[1]
from synthc.runtime.federated.ray_folder import ray_folder
with ray_folder() as folder:
    (pathlib.Path(folder) / "spilled").write_text("a sum before noise")
    print(folder, flush=True)
    os.kill(os.getpid(), 9)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have temporary files in a folder of the test's own, however long its path is."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("synthc.runtime.federated.ray_folder.LONGEST_FOLDER", 1000)


def test_the_folder_of_a_killed_run_is_removed_by_the_next(tmp_path: Path) -> None:
    """And those of runs that live, and of others, stay."""
    program = KILLED.replace("with ray_folder", "import synthc.runtime.federated.ray_folder as of; of.LONGEST_FOLDER = 1000\nwith ray_folder")
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False, capture_output=True, text=True)
    left = Path(killed.stdout.strip()).parent
    other = tmp_path / "ray-other"
    other.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / MARK).touch()
    (tmp_path / "ray-link").symlink_to(tmp_path / "elsewhere")

    assert (killed.returncode, (left / "r" / "spilled").exists()) == (-9, True)
    with ray_folder() as first, ray_folder() as second:
        assert not left.exists()
        for folder in (first, second):
            Path(folder).chmod(0o777)  # as Ray does
            assert Path(folder).parent.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "ray-link", "ray-other"]
    assert (tmp_path / "elsewhere" / MARK).exists()
