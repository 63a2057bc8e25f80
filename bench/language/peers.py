"""Other tools to compare with, each in an environment of its own in the system's folder for temporary files."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path


def tool(package: str, command: str, *more: str) -> Path:
    """Return the path of a command, after installing its package with pip where that was never done."""
    folder = Path(tempfile.gettempdir()) / f"synthc-bench-{package.replace('==', '-')}"
    path = folder / "bin" / command
    if not path.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", package, *more], check=True, capture_output=True)
    return path
