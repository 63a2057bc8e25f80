"""Kills a run of every mechanism with SIGKILL at random moments and repeats the command: same models, same epsilon.

python bench/kill/federations.py [--kills 12] [--seed 0]

One project with a federation under each of `gaussian`, adaptive clipping, `tree` and `blt`, a search, a measure and
an evaluation under DP. It is killed twice over: under `--test-noise 1`, where models and rows must come
out byte for byte as undisturbed; and with noise from the system's entropy, where the lifetime ledger
must hold what was planned and no more. Writes bench/results/kill_federations.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "synthc", "run"]
WORDS = "see you at the bus stop later mum says dinner is ready come home now please bring milk ok".split()  # noqa: SIM905
PEOPLE = """
private source NAME = files("NAME.jsonl") {
  user       = .user
  topic      = .topic
  text       = .text
  people     = "NAME"
  population = 100k
  split      = { tune = 20%, test = 20% }
}
budget NAME { epsilon = 100, delta = 1e-7 }
"""
SPEC = (
    """synth 1

public source web = files("web.jsonl")
"""
    + "".join(PEOPLE.replace("NAME", name) for name in ("phones", "tablets", "watches"))
    + """
vocab keys = word_vocab(web) { size = 100 }
model keyboard = lstm(keys) { embedding = 8, hidden = 12, tied = true }
pretrain warm = keyboard on web { words = 500, batch = 8 }

federate plain = warm over phones {
  rounds  = 40
  cohort  = 10k
  local   = sgd(0.5, batch = 8)
  server  = sgd(1.0, momentum = 0.9)
  dp      = gaussian(clip = 0.3, noise = 2)
  workers = 1
}
federate adapted = warm over phones { like = plain, dp = gaussian(clip = adaptive(0.1, quantile = 0.5), noise = 2) }
federate searched = warm over phones {
  like   = plain
  rounds = 15
  search = [{ local = sgd(0.2, batch = 8) }, { local = sgd(1.0, batch = 8) }]
  choose = best(part = "tune", tries = 3, noise = 30)
}
federate aggregated = warm over tablets { like = plain, cohort = 400, dp = tree(clip = 0.3, noise = 20, separation = 20) }
federate correlated = warm over watches { like = plain, cohort = 400, dp = blt(clip = 0.3, noise = 20, separation = 20, buffers = 2) }

measure topics = histogram(topic) over phones {
  domain = ["work", "family"]
  dp     = gaussian(clip = 1.0, noise = 5)
}
evaluate judged = next_word(warm, plain) over phones.test { dp = gaussian(noise = 20) }
"""
)


def project(at: Path, key: str) -> Path:
    """Write the project; the same key hashes the same users."""
    chance = random.Random(1)
    (at / ".synth").mkdir(parents=True)
    (at / "all.synth").write_text(SPEC)
    (at / "web.jsonl").write_text("".join(json.dumps({"text": " ".join(chance.choices(WORDS, k=10))}) + "\n" for _ in range(60)))
    lines = [{"user": f"u{user}", "topic": chance.choice(["work", "family"]), "text": " ".join(chance.choices(WORDS, k=5))} for user in range(150) for _ in range(4)]
    for name in ("phones", "tablets", "watches"):
        (at / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (at / ".synth" / "key").touch(mode=0o600)
    (at / ".synth" / "key").write_text(key)
    return at


def contents(folder: Path) -> dict[str, str]:
    """Return a hash of every model and dataset of the one run in a project."""
    (run,) = (folder / "runs").iterdir()
    kept = [path for path in run.rglob("*") if path.is_file() and {"datasets", "models"} & set(path.parts)]
    return {path.relative_to(run).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(kept)}


def finished(folder: Path, *more: str) -> dict[str, Any]:
    """Run to the end and return what it prints."""
    done = subprocess.run([*COMMAND, *more, "--json"], cwd=folder, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def killed(folder: Path, whole: float, kills: int, chance: random.Random, *more: str) -> dict[str, Any]:
    """Kill it at random moments, then run to the end."""
    alive = 0
    for _ in range(kills):
        process = subprocess.Popen([*COMMAND, *more], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Starting takes a while; from then on each start gets about as far as the next part of the whole.
        time.sleep(chance.uniform(0.25, 0.6) * whole if whole < 20 else chance.uniform(4.0, 4.0 + 2 * whole / kills))
        alive += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    return {**finished(folder, *more), "killed": alive}


def spent(document: dict[str, Any]) -> dict[str, list[float | None]]:
    """Return the epsilon of the run and of the lifetime of each people."""
    return {name: [source["epsilon"], source["lifetime_epsilon"]] for name, source in document["privacy"].items()}


def main() -> None:
    """Run, kill, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance, load = random.Random(options.seed), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as scratch:
        plain, other = (project(Path(scratch) / name, "0" * 64) for name in ("plain", "killed"))
        began = time.monotonic()
        finished(plain, "--test-noise", "1")
        whole = time.monotonic() - began
        seeded = killed(other, whole, options.kills, chance, "--test-noise", "1")
        expected, found = contents(plain), contents(other)
        true = project(Path(scratch) / "true", "0" * 64)
        charged = killed(true, whole, options.kills, chance)
        planned = json.loads(subprocess.run([*COMMAND[:-1], "plan", "--json"], cwd=shutil.copytree(true, Path(scratch) / "again", ignore=shutil.ignore_patterns(".synth", "runs")), check=True, capture_output=True, text=True).stdout)
        result = {
            "undisturbed_seconds": round(whole, 1),
            "load": load,
            "cores": os.cpu_count(),
            "seeded": {
                "killed": seeded["killed"],
                "status": seeded["status"],
                "files_compared": len(expected),
                "files_that_differ": sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)),
            },
            "charged": {
                "killed": charged["killed"],
                "status": charged["status"],
                "epsilon_and_lifetime": spent(charged),
                "planned": {name: source["epsilon"] for name, source in planned["privacy"].items()},
            },
        }
    (ROOT / "bench" / "results" / "kill_federations.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))
    same = all(both[0] == both[1] == planned["privacy"][name]["epsilon"] for name, both in spent(charged).items())
    sys.exit(bool(result["seeded"]["files_that_differ"]) or not same)  # type: ignore[index]


if __name__ == "__main__":
    main()
