"""Kills the quickstart with SIGKILL at random moments and repeats the command: same bytes, nothing asked twice.

python bench/kill/kill_and_continue.py [--kills 10] [--seed 0]

Both the undisturbed run and the killed one use `--test-noise 1`, since what lies behind a mechanism
can be compared only when its noise is seeded. Writes bench/results/kill.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "synthc", "run", "--test-noise", "1"]


def project(at: Path) -> Path:
    """Copy the quickstart without what earlier runs left."""
    shutil.copytree(ROOT / "specs" / "quickstart", at, ignore=shutil.ignore_patterns(".synth", "runs", "build"))
    return at


def contents(folder: Path) -> dict[str, str]:
    """Return a hash of every dataset, model and list of failures of the one run in a project."""
    (run,) = (folder / "runs").iterdir()
    kept = [path for path in run.rglob("*") if path.is_file() and {"datasets", "models", "failures"} & set(path.parts)]
    return {path.relative_to(run).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(kept)}


def answered(folder: Path) -> dict[str, float]:
    """Return the key and the time of every answer in the ledger."""
    path = folder / ".synth" / "ledger.sqlite"
    if not path.exists():
        return {}
    with sqlite3.connect(path) as connection:
        try:
            return dict(connection.execute("SELECT key, time FROM calls WHERE state = 'answered'"))
        except sqlite3.OperationalError:
            return {}


def main() -> None:
    """Run, kill, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as scratch:
        plain, killed = project(Path(scratch) / "plain"), project(Path(scratch) / "killed")
        shutil.copytree(plain, killed, dirs_exist_ok=True)
        started = time.monotonic()
        subprocess.run(COMMAND, cwd=plain, check=True, capture_output=True)
        whole = time.monotonic() - started
        (killed / ".synth").mkdir()
        # The same secret of the project: hashed user ids, and with them the split, rest on it.
        shutil.copyfile(plain / ".synth" / "key", killed / ".synth" / "key")
        (killed / ".synth" / "key").chmod(0o600)
        moments, again = [], 0
        for _ in range(options.kills):
            before = answered(killed)
            process = subprocess.Popen(COMMAND, cwd=killed, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            moment = chance.uniform(0.5, max(1.0, whole / options.kills * 1.6))
            time.sleep(moment)
            over = process.poll() is not None
            process.send_signal(signal.SIGKILL)
            process.wait()
            after = answered(killed)
            again += sum(after.get(key) != stamp for key, stamp in before.items())
            moments.append({"seconds": round(moment, 2), "answered": len(after), "was_over": over})
        before = answered(killed)
        last = subprocess.run([*COMMAND, "--json"], cwd=killed, check=True, capture_output=True, text=True)
        after = answered(killed)
        again += sum(after.get(key) != stamp for key, stamp in before.items())
        expected, found = contents(plain), contents(killed)
        result = {
            "undisturbed_seconds": round(whole, 1),
            "kills": moments,
            "status": json.loads(last.stdout)["status"],
            "files_compared": len(expected),
            "files_that_differ": sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)),
            "answers": len(answered(plain)),
            "answers_of_the_killed_run": len(after),
            "answered_requests_asked_again": again,
        }
    (ROOT / "bench" / "results" / "kill.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))
    sys.exit(bool(result["files_that_differ"] or again))


if __name__ == "__main__":
    main()
