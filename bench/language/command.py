"""Runs the command line of this checkout in processes of its own, and says what CPU time they took."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
SYNTHC = [sys.executable, "-c", "from synthc.cli.main import main; raise SystemExit(main())"]
"""What the installed script `synthc` does."""


def environment(caches: Path) -> dict[str, str]:
    """Return an environment in which bytecode and all that synthc keeps for the next run lie in one folder."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(caches / "bytecode"), "XDG_CACHE_HOME": str(caches / "cache")}


def seconds(command: Sequence[str], folder: Path, env: Mapping[str, str], exits: int = 0) -> float:
    """Run a command to its end and return its CPU seconds, those of its children with it.

    Raises:
        RuntimeError: it exits with another code.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, env=env, check=False, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != exits:
        raise RuntimeError(f"{' '.join(command)} exits with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
