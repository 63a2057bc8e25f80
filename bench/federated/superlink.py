"""Exported apps on Flower's own SuperLink with two SuperNodes, over loopback and nothing else.

python bench/federated/superlink.py [SECONDS]

Once with `gaussian`, and once with `tree`, whose devices take turns. Exports the app of a small run, starts `flower-superlink` and two `flower-supernode`, each with text of its own, says
`flwr run`, and waits for the tuned model. Installs nothing, and keeps Flower's files in a folder that is removed. Writes
bench/results/federated_superlink.json.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "bench" / "language")]

from claims import machine  # noqa: E402

LIMIT = 240.0


def free_port() -> int:
    """Return a port of loopback that nobody has."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def flower(name: str) -> list[str]:
    """Return how one of Flower's commands is called without its script."""
    from importlib.metadata import entry_points

    point = next(point for point in entry_points(group="console_scripts") if point.name == name)
    return [sys.executable, "-c", f"import sys; sys.argv[0] = {name!r}; from {point.module} import {point.attr} as main; sys.exit(main())"]


@contextlib.contextmanager
def running(folder: Path, name: str, command: list[str], environment: dict[str, str], where: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends, its words in a file."""
    with (folder / f"{name}.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=where, start_new_session=True)
        try:
            yield server
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, 15)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, 9)


def reachable(port: int, until: float) -> None:
    """Wait until somebody listens at a port."""
    while time.time() < until:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.2)
    raise TimeoutError(f"nobody listens at {port}")


def tuned(folder: Path, dp: str, limit: float) -> dict[str, Any]:
    """Return what the federation left, and how long each part took."""
    from tests.runtime.federated.phones import GAUSSIAN, TREE, app

    started = time.time()
    terms = app(folder, 3, GAUSSIAN) if dp == "gaussian" else app(folder, None, TREE, rounds=4, cohort=1)
    home, port = folder / "flwr", free_port()
    home.mkdir()
    (home / "config.toml").write_text(f'[superlink]\ndefault = "here"\n\n[superlink.here]\naddress = "127.0.0.1:{port}"\ninsecure = true\n')
    quiet = {"FLWR_HOME": str(home), "FLWR_TELEMETRY_ENABLED": "0", "FLWR_DISABLE_UPDATE_CHECK": "1", "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION": "1"}
    environment = {**os.environ, **quiet, "PYTHONPATH": str(ROOT), "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "NO_COLOR": "1"}
    scripts(folder / "bin")
    link = [*flower("flower-superlink"), "--insecure", "--host", "127.0.0.1", "--port", str(port), "--disable-runtime-dependency-installation"]
    with contextlib.ExitStack() as all_:
        all_.enter_context(running(folder, "superlink", link, environment, folder / "app"))
        reachable(port, started + limit)
        for number in (1, 2):
            (folder / f"{number}.jsonl").write_text(f'{{"text": "w{number} w2 w3 w4"}}\n' * 4)
            node = [*flower("flower-supernode"), "--insecure", "--superlink", f"127.0.0.1:{port}", "--port", str(free_port()), "--node-config", f'text="{folder / f"{number}.jsonl"}"']
            all_.enter_context(running(folder, f"supernode-{number}", node, environment, folder))
        up = time.time()
        asked = subprocess.run([*flower("flwr"), "run", str(folder / "app"), "here", "--run-config", f"least-devices={min(2, terms.cohort)}"], check=False, env=environment, capture_output=True, text=True, timeout=limit)
        if asked.returncode:
            raise RuntimeError(f"flwr run: {asked.stdout[-800:]}{asked.stderr[-800:]}")
        done = folder / "app" / "state" / "tuned" / "vocab.json"
        while not done.exists() and time.time() < started + limit:
            time.sleep(0.5)
        if not done.exists():
            raise TimeoutError("the model was not tuned in time")
    state = folder / "app" / "state"
    lines = {name: len((state / name).read_text().splitlines()) for name in ("ledger.jsonl", "participations.jsonl")}
    joined = [[json.loads(line)["round"] for line in (folder / f"{number}.jsonl.joined").read_text().splitlines()] for number in (1, 2)]
    asked = terms.rounds * min(2, terms.cohort)
    good = lines == {"ledger.jsonl": terms.rounds, "participations.jsonl": asked} and sum(map(len, joined)) == asked
    promise = json.loads((state / "privacy.json").read_text())
    return {"good": good, "servers_s": up - started, "run_s": time.time() - up, **lines, "joined": joined, "privacy": promise}


def scripts(folder: Path) -> None:
    """Write Flower's commands into a folder, for those that Flower itself starts."""
    folder.mkdir()
    for name in ("flower-superexec", "flwr-serverapp", "flwr-clientapp", "flower-superlink"):
        *_, code = flower(name)
        (folder / name).write_text(f"#!{sys.executable}\n{code}\n")
        (folder / name).chmod(0o755)


def main() -> int:
    """Try it, show and keep what came of it; return 1 if no model was tuned."""
    limit = float(sys.argv[1]) if len(sys.argv) > 1 else LIMIT
    before, found = machine(), dict[str, Any]()
    for dp in ("gaussian", "tree"):
        folder = Path(tempfile.mkdtemp(prefix="synthc-superlink-"))
        try:
            found[dp] = tuned(folder, dp, limit)
        except (OSError, RuntimeError, subprocess.TimeoutExpired, TimeoutError) as problem:
            logs = "\n".join(f"{log.stem}: {log.read_text(errors='replace')[-1500:]}" for log in folder.glob("*.log"))
            found[dp] = {"good": False, "problem": f"{problem}\n{logs}"}
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        print(dp, *(f"{name}: {value}" for name, value in found[dp].items()), sep="\n  ", flush=True)
    good = all(case["good"] for case in found.values())
    (ROOT / "bench" / "results" / "federated_superlink.json").write_text(json.dumps({"machine": before, "good": good, **found}, indent=1) + "\n")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
