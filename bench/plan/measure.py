"""Compares what `synthc plan` says with what the run then takes.

python bench/plan/measure.py SPEC LIMIT [NAME=VALUE ...]

Plans SPEC in a folder where nothing ran, tries LIMIT rows of each source, plans again, and runs. With
LIMIT `only` nothing is run and the rows are compared with those of bench/results/phone.json.
Writes bench/results/plan_NAME.json.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
KEYS = ("requests", "tokens_in", "tokens_out", "seconds")


def main() -> None:
    """Plan, run, compare and write."""
    spec, limit, params = Path(sys.argv[1]).resolve(), sys.argv[2], [arg for value in sys.argv[3:] for arg in ("--set", value)]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "work"
        shutil.copytree(spec.parent, work, ignore=shutil.ignore_patterns("build", "runs", ".synth"))
        result: dict[str, Any] = {"cores": os.cpu_count(), "load": os.getloadavg()[0]}
        began = time.monotonic()
        before = said(work, "plan", [*params, "--sample"])
        result["seconds_to_plan"] = round(time.monotonic() - began, 1)
        if limit == "only":
            result["before_anything_ran"] = compared(before, json.loads((ROOT / "bench" / "results" / "phone.json").read_text()))
        else:
            said(work, "run", ["--limit", limit, *params])
            after = said(work, "plan", [*params, "--sample"])
            ran = said(work, "run", params)
            result |= {"before_anything_ran": compared(before, ran), "after_a_try": compared(after, ran)}
    (ROOT / "bench" / "results" / f"plan_{spec.stem}.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def said(work: Path, command: str, more: list[str]) -> Any:
    """Return what a command prints as JSON."""
    done = subprocess.run([sys.executable, "-m", "synthc", "-C", str(work), command, "--json", *more], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def compared(plan: Any, ran: Any) -> dict[str, Any]:
    """Return planned and taken side by side."""
    planned, found = {node["name"]: node for node in plan["nodes"]}, {}
    for node in ran["nodes"]:
        mine = planned[node["name"]]
        pairs = {key: [mine[key], node[key]] for key in KEYS if node[key]}
        if node["rows"]:
            pairs["rows"] = [[mine["rows"]["low"], mine["rows"]["high"]], node["rows"]]
        if pairs:
            found[node["name"]] = pairs
    return found


if __name__ == "__main__":
    main()
