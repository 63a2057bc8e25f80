"""The wheel holds all that the main job needs, and runs it away from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean environment with the wheel in it; what it depends on is borrowed from this one, the checkout is not."""
    folder = tmp_path_factory.mktemp("wheel")
    left = shutil.ignore_patterns(".*", "build", "dist", "runs", "tests", "__pycache__", "*.egg-info")
    shutil.copytree(ROOT, folder / "source", symlinks=True, ignore=left)
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist", folder / "source"], check=True, capture_output=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    venv.create(folder / "env", with_pip=False, symlinks=True)
    site = next((folder / "env").glob("lib/python*/site-packages"))
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel], check=True)
    # A plain path in a .pth file is searched, but the .pth files in that folder, the editable checkout's among them, are not read.
    (site / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return folder / "env" / "bin" / "python"


def away(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command in a folder, with an empty home."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "NO_COLOR": "1"}
    (folder / "home").mkdir(exist_ok=True)
    return subprocess.run([python, "-m", "synthc", *arguments], cwd=folder / "project", env=environment, capture_output=True, text=True, check=False)


def test_the_main_job_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """Compile and run, from an environment and a folder that know nothing of the checkout."""
    shutil.copytree(ROOT / "specs" / "quickstart", tmp_path / "project", ignore=shutil.ignore_patterns(".synth", "runs", "build"))
    where = subprocess.run([installed, "-c", "import synthc; print(synthc.__file__)"], cwd=tmp_path, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=True)
    assert str(ROOT) not in where.stdout

    compiled = away(installed, tmp_path, "compile")
    assert compiled.returncode == 0, compiled.stderr
    run = away(installed, tmp_path, "run", "--limit", "12")
    assert run.returncode == 0, run.stderr
    assert list((tmp_path / "project" / "runs").glob("*/report.html"))
