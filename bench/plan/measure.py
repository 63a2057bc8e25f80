"""Compares what `synthc plan --sample` says with what the run then takes.

python bench/plan/measure.py SPEC [--only NAME] [--try ROWS] [NAME=VALUE ...]

Plans SPEC in a folder where nothing ran, then runs it, or what `--only` says; with `--try` a run with so many rows
of each source comes between, and a second plan. Writes bench/results/plan_NAME.json: planned and taken of each
node, and the worst shares by which rows, requests and tokens were off, of one node and of all together.

The phone spec, its part that asks, at a fifth of its rows:

python bench/plan/measure.py specs/phone/phone.synth --only +corpus data=FOLDER pieces=4k rewrites=400 chats=400
"""

from __future__ import annotations

import argparse
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
    parser = argparse.ArgumentParser()
    parser.add_argument("spec", type=Path)
    parser.add_argument("--only")
    parser.add_argument("--try", dest="tried")
    parser.add_argument("params", nargs="*")
    options = parser.parse_intermixed_args()
    params = [arg for value in options.params for arg in ("--set", value)]
    only = ["--only", options.only] if options.only else []
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "work"
        shutil.copytree(options.spec.resolve().parent, work, ignore=shutil.ignore_patterns("build", "runs", ".synth"))
        result: dict[str, Any] = {"cores": os.cpu_count(), "load": os.getloadavg()[0], "params": [shown(param) for param in options.params]}
        began = time.monotonic()
        plans = {"before_anything_ran": said(work, "plan", [*params, "--sample"])}
        result["seconds_to_plan"] = round(time.monotonic() - began, 1)
        tried = None
        if options.tried:
            tried = said(work, "run", ["--limit", options.tried, *only, *params])
            plans["after_a_try"] = said(work, "plan", [*params, "--sample"])
        result["load_before_the_run"] = os.getloadavg()[0]
        ran = said(work, "run", [*only, *params])
        result["load_after_the_run"] = os.getloadavg()[0]
        for name, plan in plans.items():
            nodes = compared(plan, ran if tried is None or name == "after_a_try" else together(tried, ran))
            result[name] = {"nodes": nodes, "off": off(nodes)}
    (ROOT / "bench" / "results" / f"plan_{options.spec.stem}.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def shown(param: str) -> str:
    """Return a param as it is written down: a folder is one of this machine."""
    name, _, value = param.partition("=")
    return f"{name}=FOLDER" if Path(value).is_dir() else param


def said(work: Path, command: str, more: list[str]) -> Any:
    """Return what a command prints as JSON."""
    done = subprocess.run([sys.executable, "-m", "synthc", "-C", str(work), command, "--json", *more], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def together(tried: Any, ran: Any) -> Any:
    """Return a run with what the try before it took, whose answers it found."""
    before = {node["name"]: node for node in tried["nodes"]}
    return {"nodes": [{**node, **{key: (node[key] or 0) + (before[node["name"]][key] or 0) for key in KEYS}} for node in ran["nodes"]]}


def compared(plan: Any, ran: Any) -> dict[str, dict[str, list[Any]]]:
    """Return planned and taken side by side, of the nodes that the run carried out."""
    planned, found = {node["name"]: node for node in plan["nodes"]}, {}
    for node in ran["nodes"]:
        mine = planned[node["name"]]
        pairs = {key: [mine[key], node[key]] for key in KEYS if node[key] and node["status"] == "done"}
        if node["rows"] and node["status"] == "done":
            pairs["rows"] = [mine["rows"]["likely"], node["rows"]]
            pairs["bounds"] = [[mine["rows"]["low"], mine["rows"]["high"]], node["rows"]]
        if pairs:
            found[node["name"]] = pairs
    return found


def off(nodes: dict[str, dict[str, list[Any]]]) -> dict[str, Any]:
    """Return by what share each number was off: at the worst node, and of all together; hours are of the nodes that ask."""
    found: dict[str, Any] = {}
    for key in ("rows", *KEYS):
        pairs = [pairs[key] for pairs in nodes.values() if pairs.get(key) and pairs[key][0] is not None and (key != "seconds" or pairs.get("requests"))]
        if pairs:
            whole = sum(one for one, _ in pairs) / sum(other for _, other in pairs)
            found[key] = {"of_all": round(whole - 1, 3), "worst": round(max((one / other - 1 for one, other in pairs), key=abs), 3)}
    return found


if __name__ == "__main__":
    main()
