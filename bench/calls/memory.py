"""Resident memory of a node that asks, from ten thousand rows to a million.

python bench/calls/memory.py [--rows 10000 100000 1000000]

Each size is a process of its own, with a fake endpoint that answers at once and every answer in the
ledger. Writes bench/results/memory.json.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "bench" / "results" / "memory.json"
SPEC = """synth 1

prompt say(n: int) -> text {
  ask = \"\"\"
    A message about {{ n }}, as short as one on a phone, and in words that are as plain as those there.
    \"\"\"
}

generate out = grid(n = 1..ROWS)
  | ask a = say(n)
  | select n = n
"""


def measure(rows: int) -> None:
    """Ask about so many rows and print what it took."""
    from synthc.compiler.compile import compile_spec
    from synthc.runtime import run as running
    from synthc.runtime import walk
    from synthc.runtime.endpoints.fake import FakeEndpoint, written

    class Quiet(FakeEndpoint):
        async def answer(self, _: object) -> object:
            return written("see you later at the bus stop")

    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "spec.synth"
        spec.write_text(SPEC.replace("ROWS", str(rows)))
        compiled = compile_spec(spec, Path(folder))
        assert compiled.graph is not None, compiled.diagnostics
        walk.open_endpoint = lambda *_: Quiet(reply=lambda _: "")
        running._report = lambda _: None  # the page is written when all is done, and measured with the page
        before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
        outcome = running.run(compiled.graph, running.Options(project=Path(folder)))
        assert outcome.problem is None, outcome.problem
        seconds = time.monotonic() - started
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {
                "rows": rows,
                "resident_mb": round(most / 1024, 1),
                "before_mb": round(before / 1024, 1),
                "rows_per_second": round(rows / seconds),
            }
        )
    )


def main() -> None:
    """Measure each size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        measure(options.one)
        return
    command = [sys.executable, __file__, "--one"]
    lines = [
        subprocess.run([*command, str(rows)], check=True, capture_output=True, text=True).stdout.splitlines()[-1] for rows in options.rows
    ]
    result = {"sizes": [json.loads(line) for line in lines], "load": os.getloadavg()[0]}
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
