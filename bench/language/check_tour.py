"""How long `synthc check` takes on the tour of the language, from the start of the process.

python bench/language/check_tour.py

Bytecode is kept between the runs, as it is where synthc is installed. Writes bench/results/check_tour.json.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNS = 5
COMMAND = [sys.executable, "-c", "from synthc.cli.main import main; main(['check', 'tests/golden/tour.synth'])"]


def seconds(environment: dict[str, str]) -> float:
    """Return the CPU seconds of one check."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(COMMAND, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Check once to fill the caches, then measure."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder, "SYNTH_TGI_URL": "http://localhost:8080"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        seconds(environment)
        found = sorted(round(seconds(environment), 3) for _ in range(RUNS))
    document = {"cpu_seconds": statistics.median(found), "runs": found, "python": sys.version.split()[0]}
    (ROOT / "bench" / "results" / "check_tour.json").write_text(json.dumps(document, indent=1) + "\n")
    print(f"synthc check of the tour: {document['cpu_seconds']:.3f} s CPU (median of {RUNS}, {found[0]:.3f} to {found[-1]:.3f})")


if __name__ == "__main__":
    main()
