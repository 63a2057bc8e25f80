"""Runs the phone spec on real text and notes what came out.

python bench/phone/measure.py DATA [WORK]

DATA is the folder with `web_text_dev`, `llm_chat_dev` and `private_sms_dev`; WORK keeps the store,
so that the same command goes on where it stopped. About an hour and a half on two cores. Writes
bench/results/phone.json.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Run and write."""
    data = Path(sys.argv[1]).resolve()
    work = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())
    work.mkdir(parents=True, exist_ok=True)
    (work / "phone.synth").write_text((ROOT / "specs" / "phone" / "phone.synth").read_text())
    command = [sys.executable, "-m", "synthc", "-C", str(work), "run", "--set", f"data={data}", "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    document = json.loads(done.stdout)
    training = {path.parent.name: json.loads(path.read_text()) for path in (work / document["run"]).glob("models/*/training.json")}
    result = {
        "status": document["status"],
        "cores": os.cpu_count(),
        "metrics": document["metrics"],
        "privacy": document["privacy"],
        "training": training,
        "nodes": document["nodes"],
    }
    (ROOT / "bench" / "results" / "phone.json").write_text(json.dumps(result, indent=1) + "\n")
    for pair in document["metrics"]["accuracy"]["pairs"]:
        low, high = pair["interval"]
        print(f"{pair['model']} against {pair['against']}: {pair['relative']:+.1%} ({low:+.1%} to {high:+.1%})")
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
