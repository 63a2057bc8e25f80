"""A million texts for parser, checker and formatter: never a traceback, and never long.

python bench/fuzz/fuzz.py [--inputs 1000000] [--seconds 600]
python bench/fuzz/fuzz.py --again TARGET NUMBER

Texts are made from their numbers (tests/robust/inputs.py), so a text that breaks a promise (tests/robust/promises.py) is
made again from its number as long as the specs that it is made of stay the same. Work goes on where it stopped: what was done
stands in bench/results/fuzz.json, written after
each chunk.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.robust.inputs import made  # noqa: E402
from tests.robust.promises import TARGETS  # noqa: E402

RESULTS = ROOT / "bench" / "results" / "fuzz.json"
CHUNK = 2_000
TURNS = ("parse", "parse", "parse", "fmt", "check")
"""Which target has the text of a number, by turns: parsing is quickest, and all else rests on it."""
BLANK = {"inputs": 0, "crashes": [], "seconds": 0.0, "targets": {name: {"inputs": 0, "seconds": 0.0, "slowest": 0.0, "slowest_input": None} for name in TARGETS}}


def attempt(target: str, number: int, done: dict[str, Any]) -> None:
    """Give a target a text, and write down what came of it."""
    text = made(number)
    start = time.process_time()
    try:
        TARGETS[target](text)
    except Exception as problem:  # noqa: BLE001 - every kind is a crash
        last = traceback.extract_tb(problem.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        done["crashes"].append({"target": target, "input": number, "problem": f"{type(problem).__name__} at {place}: {problem}"[:300], "text": text[:4000]})
    taken = time.process_time() - start
    kept = done["targets"][target]
    kept["inputs"] += 1
    kept["seconds"] = round(kept["seconds"] + taken, 4)
    if taken > kept["slowest"]:
        kept["slowest"], kept["slowest_input"] = round(taken, 4), number


def fuzz(inputs: int, seconds: float) -> dict[str, Any]:
    """Go on from where the results stand until enough is done or the time is up."""
    done: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else BLANK
    began = time.monotonic()
    while done["inputs"] < inputs and time.monotonic() - began < seconds:
        start = time.process_time()
        for number in range(done["inputs"], min(done["inputs"] + CHUNK, inputs)):
            attempt(TURNS[number % len(TURNS)], number, done)
        done["inputs"] = min(done["inputs"] + CHUNK, inputs)
        done["seconds"] = round(done["seconds"] + time.process_time() - start, 2)
        fresh = RESULTS.with_suffix(".part")
        fresh.write_text(json.dumps(done, indent=1) + "\n")
        fresh.replace(RESULTS)
    return done


def main() -> int:
    """Fuzz, or give one text to one target again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--again", nargs=2, metavar=("TARGET", "NUMBER"))
    options = parser.parse_args()
    if options.again:
        print(repr(made(int(options.again[1]))))
        TARGETS[options.again[0]](made(int(options.again[1])))
        return 0
    os.nice(10)
    done = fuzz(options.inputs, options.seconds)
    print(f"{done['inputs']:,} inputs, {len(done['crashes'])} crashes, {done['seconds']:,.0f} CPU seconds")
    return int(bool(done["crashes"]))


if __name__ == "__main__":
    raise SystemExit(main())
