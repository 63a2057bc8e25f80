"""Texts that are led by what they reach: atheris looks at which lines ran, and keeps what ran new ones.

python bench/fuzz/guided.py [--seconds 120] [--folder FOLDER] [TARGET ...]

Each target (parse, fmt, check; all if left out) gets a process of its own for so many seconds, beginning with the real specs. Atheris is installed in an
environment of its own, which sees the packages of this one. A folder keeps what was learnt, so that the next run goes on from there; without one it is forgotten.
Writes bench/results/guided.json; a text that breaks a promise is written down whole.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import site
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
RESULTS = ROOT / "bench" / "results" / "guided.json"
ATHERIS = "atheris==3.0.0"
TARGETS = ("parse", "fmt", "check")
LONGEST = 2048
SLOW = 60
"""Seconds of the clock after which a text breaks the promise to be quick; instrumented code, and the accountant's start, take several on a machine with other work."""


def environment() -> Path:
    """Return the Python of the environment that has atheris, made where there is none."""
    folder = Path(tempfile.gettempdir()) / f"synthc-bench-{ATHERIS.replace('==', '-')}"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ATHERIS], check=True)
        (folder / "ready").touch()
    packages = next(folder.glob("lib/python*/site-packages"))
    seen = [path for path in (*site.getsitepackages(), *sys.path) if path.endswith("site-packages") and Path(path) != packages]
    (packages / "ours.pth").write_text("".join(f"{path}\n" for path in dict.fromkeys(seen)), encoding="utf-8")
    return python


def fuzz(target: str) -> None:
    """Fuzz one target in this process, until libFuzzer ends it; the other arguments are libFuzzer's."""
    import atheris

    with atheris.instrument_imports(include=["synthc"]):
        from tests.robust.promises import TARGETS as PROMISES

        # What is imported when it is first needed is instrumented by being needed here.
        PROMISES[target]((ROOT / "tests" / "golden" / "tour.synth").read_text(encoding="utf-8"))
    atheris.Setup(sys.argv, lambda data: PROMISES[target](data.decode("utf-8", "ignore")))
    atheris.Fuzz()


def guided(target: str, seconds: int, folder: Path, python: Path) -> dict[str, Any]:
    """Fuzz one target in a process of its own and return what came of it."""
    from tests.robust.inputs import texts

    corpus = folder / target
    corpus.mkdir(parents=True, exist_ok=True)
    for at, text in enumerate(texts()):
        (corpus / f"real-{at}").write_text(text, encoding="utf-8")
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={SLOW}", f"-artifact_prefix={corpus}/found-", "-print_final_stats=1"]
    command = [python, __file__, "--fuzz", target, str(corpus), *options]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False, capture_output=True, text=True, errors="replace")
    runs = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
    reached = re.findall(r"cov: (\d+) ft: (\d+)", done.stderr)
    if runs is None:
        raise RuntimeError(f"fuzzing {target} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    kept = {path.name: path.read_bytes().decode("utf-8", "backslashreplace") for path in sorted(corpus.glob("found-*"))}
    slow = [text for name, text in kept.items() if name.startswith("found-slow")]
    broke = [text for name, text in kept.items() if not name.startswith("found-slow")]
    cov, features = map(int, reached[-1]) if reached else (0, 0)
    return {"target": target, "runs": int(runs[1]), "seconds": seconds, "lines_and_branches": cov, "features": features, "broke": broke, "slow": slow, "problem": done.stderr[-2000:] if broke else None}


def main() -> int:
    """Fuzz each target and write down how far it came."""
    parser = argparse.ArgumentParser(description="Fuzz, led by what is reached.")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="all if left out")
    parser.add_argument("--seconds", type=int, default=120, help="for each target")
    parser.add_argument("--folder", type=Path, help="keeps what was learnt")
    options = parser.parse_args()
    python = environment()
    with tempfile.TemporaryDirectory() as scratch:
        found = [guided(target, options.seconds, options.folder or Path(scratch), python) for target in options.targets or TARGETS]
    for one in found:
        print(f"{one['target']:<6} {one['runs']:>8,} runs, {len(one['broke'])} broke a promise, {one['features']:,} features reached")
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return int(any(one["broke"] for one in found))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fuzz"]:
        del sys.argv[1]
        fuzz(sys.argv.pop(1))
    raise SystemExit(main())
