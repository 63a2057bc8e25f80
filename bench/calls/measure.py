"""Beside other tools and a bare loop: answers a second, behaviour at a limit, after a kill, memory, CPU time.

python bench/calls/measure.py [--cases rate limit cpu memory kill] [--clients floor synthc] [--runs 5] [--peers 2]
                              [--rows 2000] [--memory 10000 100000] [--fresh]

Server and client have a core each; rounds are interleaved and medians told: of `runs` rounds of the bare loop and of
synthc, of `peers` rounds of the other tools, one of which may take as long as all of ours. Rates are those that the server
saw, from the first question to the last answer, so that no one's start counts. Each tool has an environment of its own, made
once in the system's folder for temporary files (`environments.FOLDER`). A round that is measured is kept there too, and
a command that was stopped goes on behind it; `--fresh` begins anew. Writes bench/results/calls_CASE.json.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from environments import ASKED, FOLDER, OWN, installed, version
from trial import Bench, Client, Failed, fresh, serving

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "language"))

from claims import machine  # noqa: E402

LATENCY = {"latency": 0.02, "jitter": 0.1}
FLYING = 64
ROOM = 32
WORK = FOLDER / "work" / str(os.getpid())
BARE = ("floor", "client of synthc")
"""Clients that only ask."""
MANY = {256: {"latency": 0.05, "times": 1}, 1024: {"latency": 0.3, "times": 2}}
"""How many may be in flight, the latency at which one core can keep them there, and how many times as many rows get that far."""

Result = dict[str, Any]
Round = Mapping[str, float]


@dataclass(slots=True, kw_only=True)
class Sofar:
    """What was measured of a case, on the disk after each round; a text is why a client failed."""

    path: Path
    seen: dict[str, list[Round] | str]

    @classmethod
    def of(cls, case: str, options: argparse.Namespace) -> Sofar:
        """Find what a stopped command with the same rows measured of the same code."""
        code = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, check=False, capture_output=True, text=True).stdout.strip()
        path = FOLDER / "sofar" / f"{case}-{options.rows}-{code}.json"
        return cls(path=path, seen=json.loads(path.read_text()) if path.exists() and not options.fresh else {})

    def keep(self) -> None:
        """Write it down."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.seen))


Case = Callable[[Bench, Sofar, Sequence[Client], argparse.Namespace], Mapping[str, Result]]


def place(client: Client) -> Path:
    """Return the folder that a client works in, beside those of other benches."""
    return WORK / "".join(letter if letter.isalnum() else "-" for letter in client.name)


def own(client: Client) -> bool:
    """Tell whether a client is quick enough to be measured as often as is asked."""
    return client.python == OWN


def rounds(sofar: Sofar, clients: Sequence[Client], options: argparse.Namespace, one: Callable[[Client], Mapping[str, float]]) -> dict[str, list[Round] | str]:
    """Let each client run in turn, so often; one that fails is named with what it said and not run again."""
    for number in range(options.runs):
        for client in clients:
            seen = sofar.seen.setdefault(client.name, [])
            if isinstance(seen, str) or len(seen) > number or (number >= options.peers and not own(client)):
                continue
            try:
                seen.append(dict(one(client)))
                print(f"  round {number + 1}: {client.name}: " + ", ".join(f"{name} {value:,.4g}" for name, value in seen[-1].items()), file=sys.stderr)
            except Failed as problem:
                sofar.seen[client.name] = str(problem)
            sofar.keep()
    return {client.name: sofar.seen[client.name] for client in clients}


def middle(values: Sequence[float]) -> float:
    """Return the median in four digits."""
    return float(f"{statistics.median(values):.4g}")


def rate(bench: Bench, sofar: Sofar, clients: Sequence[Client], options: argparse.Namespace) -> Mapping[str, Result]:
    """20 ms, 64 in flight: answers a second, and as a share of the floor."""

    def one(client: Client) -> Round:
        folder = fresh(place(client), options.rows)
        bench.reset(**LATENCY)
        run = bench.run(client, folder, FLYING)
        return {"per_second": run.rate, "wall_s": run.wall, "cpu_s": run.cpu, "peak_mb": run.peak_mb}

    seen = rounds(sofar, clients, options, one)
    floor = seen.get("floor", "")
    found = {name: medians(runs) for name, runs in seen.items()}
    for name, runs in seen.items():
        if not isinstance(runs, str) and not isinstance(floor, str):
            # The ratio of each round, so that what else the machine does weighs on both.
            found[name]["share_of_floor"] = middle([run["per_second"] / bare["per_second"] for run, bare in zip(runs, floor, strict=False)])
    return found


def limit(bench: Bench, sofar: Sofar, clients: Sequence[Client], options: argparse.Namespace) -> Mapping[str, Result]:
    """A server that lets 32 in and refuses all beyond, asked with 64: its capacity used and the requests refused after a quarter of the answers."""
    capacity = ROOM / LATENCY["latency"]

    def one(client: Client) -> Round:
        folder = fresh(place(client), options.rows)
        bench.reset(**LATENCY, limit=ROOM, warm=options.rows // 4)
        run = bench.run(client, folder, FLYING)
        refused = run.told["refused_warm"] / (run.told["refused_warm"] + run.told["answered"] - run.told["warm"])
        return {"per_second": run.warm_rate, "share_of_capacity": run.warm_rate / capacity, "refused_warm": refused, "refused": run.told["refused"]}

    asked = [client for client in clients if client.name not in BARE]  # they stop at the first refusal
    return {name: medians(runs) for name, runs in rounds(sofar, asked, options, one).items()}


def kill(bench: Bench, sofar: Sofar, clients: Sequence[Client], options: argparse.Namespace) -> Mapping[str, Result]:
    """SIGKILL when half is answered, then the same command again: answers given a second time."""

    def one(client: Client) -> Round:
        folder = fresh(place(client), options.rows)
        bench.reset(**LATENCY)
        before = bench.killed(client, folder, FLYING, options.rows // 2)
        try:
            after = bench.run(client, folder, FLYING).told
        except Failed as problem:
            raise Failed(f"killed at {before['rows']} answers, then: {problem}") from None
        return {"answered_at_kill": before["rows"], "bought_again": after["again"], "in_flight": FLYING}

    asked = [client for client in clients if client.name not in BARE]  # they keep nothing
    found = {name: medians(runs) for name, runs in rounds(sofar, asked, options, one).items()}
    for name, runs in sofar.seen.items():
        if not isinstance(runs, str):
            found[name]["bought_again_at_most"] = max(run["bought_again"] for run in runs)
    return found


def memory(bench: Bench, sofar: Sofar, clients: Sequence[Client], options: argparse.Namespace) -> Mapping[str, Result]:
    """Most resident memory at a server that answers at once, by how many rows there are; of what makes its own rows."""
    found: dict[str, Result] = {}
    for client in (client for client in clients if client.name == "synthc"):
        for rows in options.memory:
            name = f"{client.name}, {rows:,} rows"
            if name not in sofar.seen:
                bench.reset()
                try:
                    run = bench.run(client, fresh(place(client), rows, listed=False), FLYING)
                    sofar.seen[name] = [{"peak_mb": run.peak_mb, "per_second": run.rate, "wall_s": run.wall}]
                except Failed as problem:
                    sofar.seen[name] = str(problem)
                sofar.keep()
            found[name] = medians(sofar.seen[name])
    return found


def cpu(bench: Bench, sofar: Sofar, clients: Sequence[Client], options: argparse.Namespace) -> Mapping[str, Result]:
    """CPU time of a client for each request, by the difference of long and short runs, at 256 and 1,024 in flight; and how many were in flight."""
    pairs = [replace(client, name=f"{client.name}, {flying} in flight") for flying in MANY for client in clients if own(client)]

    def one(client: Client) -> Round:
        flying, how = next((many, how) for many, how in MANY.items() if client.name.endswith(f", {many} in flight"))
        rows, took = options.rows * how["times"], []
        for many in (rows, 4 * rows):
            folder = fresh(place(client), many)
            bench.reset(latency=how["latency"])
            took.append(bench.run(client, folder, flying))
        return {"cpu_ms": 1000 * (took[1].cpu - took[0].cpu) / (3 * rows), "most_in_flight": took[1].told["peak"], "peak_mb": took[1].peak_mb}

    return {name: medians(runs) for name, runs in rounds(sofar, pairs, options, one).items()}


def medians(runs: list[Round] | str) -> Result:
    """Return the median of each number over the rounds, or why there is none."""
    if isinstance(runs, str):
        return {"failed": runs}
    return {"rounds": len(runs), **{name: middle([run[name] for run in runs]) for name in (runs[0] if runs else ())}}


CASES: dict[str, Case] = {"rate": rate, "limit": limit, "kill": kill, "memory": memory, "cpu": cpu}


def table(case: str, found: Mapping[str, Result]) -> str:
    """Return results as a table with a column for each number."""
    keys = list(dict.fromkeys(key for result in found.values() for key in result if key != "failed"))
    lines = [case.ljust(36) + "".join(key.rjust(20) for key in keys)]
    for name, result in found.items():
        said = result.get("failed", "").strip().splitlines() or [""]
        failed = " ... ".join(dict.fromkeys((said[0][:120], said[-1].strip()[-120:])))
        lines.append(
            name.ljust(36) + "".join(str(result.get(key, "")).rjust(20) for key in keys) + (f"  failed: {failed}" if failed else "")
        )
    return "\n".join(lines)


def main() -> None:
    """Install, measure, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="*", choices=CASES, default=list(CASES))
    parser.add_argument("--clients", nargs="*", default=[""], help="parts of the names of those to measure")
    parser.add_argument("--runs", type=int, default=5, help="rounds of the bare loop and of synthc")
    parser.add_argument("--peers", type=int, default=2, help="rounds of the other tools")
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--memory", type=int, nargs="*", default=[10_000, 100_000], help="how many rows")
    parser.add_argument("--fresh", action="store_true", help="measure again what a stopped command measured already")
    options = parser.parse_args()
    tried = {client.name: installed(client) for client in ASKED if any(part in client.name for part in options.clients)}
    clients = [client for client in tried.values() if isinstance(client, Client)]
    missing = {name: {"failed": f"not installed: {said}"} for name, said in tried.items() if isinstance(said, str)}
    versions = {client.name: version(client) for client in clients}
    cores = sorted(os.sched_getaffinity(0))
    with serving(cores[-1], cores[0]) as bench:
        for case in options.cases:
            sofar = Sofar.of(case, options)
            found = {**CASES[case](bench, sofar, clients, options), **missing}
            print(table(case, found), end="\n\n", flush=True)
            document = {"what": CASES[case].__doc__, "machine": machine(), "runs": options.runs, "peers": options.peers, "rows": options.rows, "versions": versions, "results": found}
            (ROOT / "bench" / "results" / f"calls_{case}.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
            sofar.path.unlink(missing_ok=True)
    shutil.rmtree(WORK, ignore_errors=True)


if __name__ == "__main__":
    main()
