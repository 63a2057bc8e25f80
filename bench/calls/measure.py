"""Beside other tools and a bare loop: answers a second, behaviour at a limit, after a kill, memory, CPU time.

python bench/calls/measure.py [--cases rate,limit,kill,memory,cpu] [--clients floor,synthc] [--runs 5] [--rows 2000]
                              [--memory 10000,100000]

Server and client have a core each; rounds are interleaved and medians told. Rates are those that the server saw, from
the first question to the last answer, so that no one's start counts. Environments are made in the system's folder for
temporary files. Writes bench/results/calls_CASE.json.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from environments import ASKED, FOLDER, installed, version
from trial import Bench, Client, Failed, Seen, fresh, serving

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "language"))

from claims import machine  # noqa: E402

LATENCY = {"latency": 0.02, "jitter": 0.1}
FLYING = 64
ROOM = 32
PORT = 8931
NO_TOOL = ("floor", "synthc", "synthc, /generate")
"""Clients that all cases have."""

Result = dict[str, Any]
Case = Callable[[Bench, Sequence[Client], argparse.Namespace], Mapping[str, Result]]


def place(client: Client) -> Path:
    """Return the folder that a client works in."""
    return FOLDER / "work" / "".join(letter if letter.isalnum() else "-" for letter in client.name)


def rounds(clients: Sequence[Client], options: argparse.Namespace, one: Callable[[Client], Seen]) -> dict[str, list[Seen] | str]:
    """Let each client run in turn, so often; one that fails is named with what it said and not run again."""
    seen: dict[str, list[Seen] | str] = {client.name: [] for client in clients}
    for number in range(options.runs):
        for client in clients:
            sofar = seen[client.name]
            if isinstance(sofar, str):
                continue
            try:
                sofar.append(one(client))
                print(f"  round {number + 1}: {client.name}: {sofar[-1].rate:,.0f}/s", file=sys.stderr)
            except Failed as problem:
                seen[client.name] = str(problem)
    return seen


def middle(values: Sequence[float]) -> float:
    """Return the median in four digits."""
    return float(f"{statistics.median(values):.4g}")


def rate(bench: Bench, clients: Sequence[Client], options: argparse.Namespace) -> Mapping[str, Result]:
    """20 ms, 64 in flight: answers a second, and as a share of the floor."""

    def one(client: Client) -> Seen:
        folder = fresh(place(client), options.rows)
        bench.reset(**LATENCY)
        return bench.run(client, folder, FLYING)

    seen = rounds(clients, options, one)
    floor = seen.get("floor", "")
    found: dict[str, Result] = {}
    for name, runs in seen.items():
        if isinstance(runs, str):
            found[name] = {"failed": runs}
            continue
        found[name] = {
            "per_second": middle([run.rate for run in runs]),
            "wall_s": middle([run.wall for run in runs]),
            "cpu_s": middle([run.cpu for run in runs]),
            "peak_mb": middle([run.peak_mb for run in runs]),
        }
        if not isinstance(floor, str):
            # The ratio of each round, so that what else the machine does weighs on both.
            found[name]["share_of_floor"] = middle([run.rate / bare.rate for run, bare in zip(runs, floor, strict=False)])
    return found


def limit(bench: Bench, clients: Sequence[Client], options: argparse.Namespace) -> Mapping[str, Result]:
    """A server that lets 32 in and refuses all beyond, asked with 64: its capacity used and the requests refused after a quarter of the answers."""
    clients = [client for client in clients if client.name != "floor"]  # it stops at the first refusal

    def one(client: Client) -> Seen:
        folder = fresh(place(client), options.rows)
        bench.reset(**LATENCY, limit=ROOM, warm=options.rows // 4)
        return bench.run(client, folder, FLYING)

    capacity = ROOM / LATENCY["latency"]
    found: dict[str, Result] = {}
    for name, runs in rounds(clients, options, one).items():
        if isinstance(runs, str):
            found[name] = {"failed": runs}
            continue
        refused = [run.told["refused_warm"] / (run.told["refused_warm"] + run.told["answered"] - run.told["warm"]) for run in runs]
        found[name] = {
            "per_second": middle([run.warm_rate for run in runs]),
            "share_of_capacity": middle([run.warm_rate / capacity for run in runs]),
            "refused_warm": middle(refused),
            "refused": middle([run.told["refused"] for run in runs]),
        }
    return found


def kill(bench: Bench, clients: Sequence[Client], options: argparse.Namespace) -> Mapping[str, Result]:
    """SIGKILL when half is answered, then the same command again: answers given a second time."""
    found: dict[str, Result] = {}
    for client in clients:
        folder = fresh(place(client), options.rows)
        bench.reset(**LATENCY)
        before = bench.killed(client, folder, FLYING, options.rows // 2)
        try:
            after = bench.run(client, folder, FLYING).told
        except Failed as problem:
            found[client.name] = {"answered_at_kill": before["rows"], "failed": str(problem)}
            continue
        found[client.name] = {"answered_at_kill": before["rows"], "bought_again": after["again"], "in_flight": FLYING}
    return found


def memory(bench: Bench, clients: Sequence[Client], options: argparse.Namespace) -> Mapping[str, Result]:
    """Most resident memory at a server that answers at once, by how many rows there are; of what makes its own rows."""
    found: dict[str, Result] = {}
    for client in clients:
        if client.name != "synthc":
            continue
        sizes = [int(size) for size in options.memory.split(",")]
        for rows in sizes:
            bench.reset()
            try:
                run = bench.run(client, fresh(place(client), rows, listed=False), FLYING)
                found[f"{client.name}, {rows:,} rows"] = {
                    "peak_mb": round(run.peak_mb, 1),
                    "per_second": middle([run.rate]),
                    "wall_s": round(run.wall, 1),
                }
            except Failed as problem:
                found[f"{client.name}, {rows:,} rows"] = {"failed": str(problem)}
    return found


def cpu(bench: Bench, clients: Sequence[Client], options: argparse.Namespace) -> Mapping[str, Result]:
    """CPU time of a client for each request, by the difference of long and short runs, at 256 and 1,024 in flight."""
    found: dict[str, Result] = {}
    for flying in (256, 1024):
        for client in clients:
            if client.name not in NO_TOOL:
                continue
            try:
                found[f"{client.name}, {flying} in flight"] = {
                    "cpu_ms": middle([slope(bench, client, flying, options.rows) for _ in range(options.runs)])
                }
            except Failed as problem:
                found[f"{client.name}, {flying} in flight"] = {"failed": str(problem)}
    return found


def slope(bench: Bench, client: Client, flying: int, rows: int) -> float:
    """Return the milliseconds that one more request takes."""
    took = []
    for many in (rows, 4 * rows):
        folder = fresh(place(client), many)
        bench.reset(latency=0.05)
        took.append(bench.run(client, folder, flying).cpu)
    return 1000 * (took[1] - took[0]) / (3 * rows)


CASES: dict[str, Case] = {"rate": rate, "limit": limit, "kill": kill, "memory": memory, "cpu": cpu}


def table(case: str, found: Mapping[str, Result]) -> str:
    """Return results as a table with a column for each number."""
    keys = list(dict.fromkeys(key for result in found.values() for key in result if key != "failed"))
    lines = [case.ljust(30) + "".join(key.rjust(20) for key in keys)]
    for name, result in found.items():
        failed = result.get("failed", "").strip().rpartition("\n")[2]
        lines.append(
            name.ljust(30) + "".join(str(result.get(key, "")).rjust(20) for key in keys) + (f"  failed: {failed}" if failed else "")
        )
    return "\n".join(lines)


def main() -> None:
    """Install, measure, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--clients", help="parts of the names of those to measure")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--memory", default="10000,100000", help="how many rows")
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    parts = [part.strip() for part in options.clients.split(",")] if options.clients else [""]
    tried = {client.name: installed(client) for client in ASKED if any(part in client.name for part in parts)}
    clients = [client for client in tried.values() if isinstance(client, Client)]
    missing = {name: {"failed": f"not installed: {said}"} for name, said in tried.items() if isinstance(said, str)}
    versions = {client.name: version(client) for client in clients}
    with serving(PORT, cores[-1], cores[0]) as bench:
        for case in options.cases.split(","):
            found = {**CASES[case](bench, clients, options), **missing}
            print(table(case, found), end="\n\n", flush=True)
            document = {
                "what": CASES[case].__doc__,
                "machine": machine(),
                "runs": options.runs,
                "rows": options.rows,
                "versions": versions,
                "results": found,
            }
            (ROOT / "bench" / "results" / f"calls_{case}.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
