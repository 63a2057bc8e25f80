"""Checking starts fast: nothing heavy is imported for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "flwr", "ray", "polars", "huggingface_hub", "dp_accounting", "opacus", "numpy", "scipy", "aiohttp"}
CHECK = """
import json, sys
from synthc.cli.main import main
try:
    main(["check", "tests/golden/tour.synth"])
except SystemExit as done:
    assert not done.code, done.code
print(json.dumps(sorted(sys.modules)))
"""


def test_check_imports_nothing_heavy() -> None:
    """Neither what trains and reads data, nor the accountant, which is asked only where a bound doesn't settle a budget."""
    environment = {**os.environ, "SYNTH_TGI_URL": "http://localhost:8080", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, "-c", CHECK], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    said, modules = ran.stdout.rsplit("\n", 2)[:2]

    assert said == "no findings"
    assert not HEAVY & {name.split(".")[0] for name in json.loads(modules)}
