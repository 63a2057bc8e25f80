"""A round of a federation on every engine: ours, Flower's simulation, a pool written by hand, pfl-research.

python bench/federated/measure.py [--cases 1x64 1x1 5x64 5x1] [--engines pool "by hand" ...] [--runs 1] [--fresh] [--registered]

A case is millions of parameters x sentences a user. Each engine carries the same rounds out in a process of its own, two
workers on two cores (pfl-research and `one process`: one), means of its rounds told, and medians of several runs; two rounds of warm-up are left out.
What is measured is kept in the system's folder for temporary files, and a command that was stopped goes on behind it.
`--registered` compares 200 users with 20,000 instead. Writes bench/results/federated.json.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "language"))

from claims import Claim, machine  # noqa: E402

FOLDER = Path(tempfile.gettempdir()) / "synthc-bench-federated"
ENGINES = ("pool", "by hand", "flower chunked", "flower each", "one process", "pfl-research")
ROUNDS = {"1x64": 8, "1x1": 80, "5x64": 2, "5x1": 14}
"""So many that a state is written among them and behind the last, as in a run."""
PFL = ("pfl==0.6.0", "dp-accounting==0.5.1", "prv-accountant==0.2.0", "multiprocess", "dill", "tqdm")
"""Its own environment takes torch, numpy and synthc from ours, so that all engines compute with the same."""
Told = dict[str, float]


def python_of(engine: str) -> Path | str:
    """Return the Python of an engine, or why it can't be installed."""
    if engine != "pfl-research":
        return Path(sys.executable)
    home = FOLDER / "pfl"
    python, done = home / "bin" / "python", home / "installed"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        told = subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", *PFL], check=False, capture_output=True, text=True)
        if told.returncode:
            return told.stderr[-600:]
        site = next((home / "lib").glob("python*/site-packages"))
        ours = next(path for path in sys.path if path.endswith("site-packages"))
        # Behind its own packages, so that its dp-accounting is found first.
        (site / "zz-ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n{ROOT}\n")
        done.touch()
    return python


def one(engine: str, case: str, users: int) -> Told | str:
    """Return what one run of an engine took, or why it failed."""
    python = python_of(engine)
    if isinstance(python, str):
        return python
    millions, sentences = case.split("x")
    folder = FOLDER / f"{case}-{users}"
    folder.mkdir(parents=True, exist_ok=True)
    common = [millions, sentences, str(users)]
    environment = {"PYTHONPATH": f"{HERE}:{ROOT}", "PATH": "/usr/bin:/bin", "HOME": str(FOLDER), "FLWR_HOME": str(FOLDER / "flwr"), "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, HERE / "run.py", "prepare", *common, "0", folder, "0"], check=True, env=environment)
    command = [python, HERE / "run.py", engine, *common, str(ROUNDS[case] + 2), folder, str(time.time())]
    try:
        ran = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=600)
    except subprocess.TimeoutExpired:
        return "not done in 600 s"
    return dict(json.loads(ran.stdout.splitlines()[-1])) if ran.returncode == 0 and ran.stdout else (ran.stderr or ran.stdout)[-600:]


def measured(options: argparse.Namespace, cases: list[str], engines: list[str], users: tuple[int, ...]) -> dict[str, Any]:
    """Carry out what a stopped command did not, and return everything."""
    path = FOLDER / "sofar.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    sofar: dict[str, list[Told | str]] = json.loads(path.read_text()) if path.exists() and not options.fresh else {}
    for number in range(options.runs):
        for case in cases:
            for engine in engines:
                for registered in users:
                    seen = sofar.setdefault(f"{case} {registered} {engine}", [])
                    if len(seen) > number or (seen and isinstance(seen[-1], str)):
                        continue
                    seen.append(one(engine, case, registered))
                    path.write_text(json.dumps(sofar))
                    print(f"{case:>5} {registered:>6} {engine:<15} {seen[-1]}", flush=True)
    return {name: _middle(seen) for name, seen in sofar.items()}


def _middle(seen: list[Told | str]) -> Told | str:
    """Return how many runs there were, and their medians."""
    if isinstance(seen[-1], str):
        return seen[-1]
    return {"runs": len(seen)} | {name: statistics.median(told[name] for told in seen if not isinstance(told, str)) for name in seen[-1]}


def claims(found: dict[str, Any], cases: list[str]) -> Iterator[Claim]:
    """Yield what is claimed of what was measured."""
    for case in cases:
        told = {engine: found.get(f"{case} 200 {engine}") for engine in ENGINES}
        pool = told["pool"]
        if not isinstance(pool, dict):
            continue
        least = {"64": 1.35, "1": 4.0}[case.split("x")[1]] if case.startswith("1x") else None
        for engine, limit, at_least in (("flower each", least, True), ("by hand", 0.95, True)):
            if isinstance(told[engine], dict):
                yield Claim(what=f"{case}: pool as fast as {engine}", measured=told[engine]["round_s"] / pool["round_s"], limit=limit, unit="times", at_least=at_least)
        if isinstance(told["flower chunked"], dict):
            yield Claim(what=f"{case}: chunked Flower on Ray takes, of the pool", measured=told["flower chunked"]["round_s"] / pool["round_s"], limit=1.2, unit="times")
        if isinstance(told["pfl-research"], dict) and isinstance(told["one process"], dict):
            yield Claim(what=f"{case}: per core as fast as pfl-research", measured=told["pfl-research"]["round_s"] / told["one process"]["round_s"], limit=0.9, unit="times", at_least=True)
            yield Claim(what=f"{case}: pool, per core, as fast as pfl-research", measured=told["pfl-research"]["cpu_s"] / pool["cpu_s"], limit=0.9, unit="times", at_least=True)
        yield Claim(what=f"{case}: pool, from the start to the end of the first round, less a round", measured=pool["first_round_s"] - pool["round_s"], limit=4.0)
        yield Claim(what=f"{case}: memory of the pool, all processes", measured=pool["pss_mb"], limit=800 if case.startswith("1x") else None, unit="MB")
        few, many = found.get(f"{case} 200 pool"), found.get(f"{case} 20000 pool")
        if isinstance(few, dict) and isinstance(many, dict):
            yield Claim(what=f"{case}: a round with 20,000 registered users, of one with 200", measured=many["cpu_s"] / few["cpu_s"], limit=1.05, unit="times")


def main() -> int:
    """Measure, show and keep it; return 1 if a claim isn't met."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", nargs="+", choices=ROUNDS, default=list(ROUNDS))
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--registered", action="store_true")
    options = parser.parse_args()
    before = machine()
    if options.registered:
        found = measured(options, ["1x1"], ["pool"], (200, 20_000))
    else:
        found = measured(options, options.cases, options.engines, (200,))
    shown = list(claims(found, list(ROUNDS)))
    for claim in shown:
        verdict = "" if claim.limit is None else "met" if claim.met else f"MISSED, {'at least' if claim.at_least else 'at most'} {claim.limit:g}"
        print(f"{claim.what:<75} {claim.measured:>8.2f} {claim.unit:<6} {verdict}")
    listed = [{"what": c.what, "measured": round(c.measured, 3), "unit": c.unit, "limit": c.limit, "at_least": c.at_least, "met": c.met} for c in shown]
    document = {"machine": before, "machine_after": machine(), "claims": listed, "measured": found}
    (ROOT / "bench" / "results" / "federated.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return int(not all(claim.met for claim in shown))


if __name__ == "__main__":
    sys.exit(main())
