"""One run of one client against the server, each on a core of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FILLER = " ".join(["what was said in a chat on a phone, as long as such a text may be"] * 8)
PATIENCE, SLOWEST = 120.0, 50
"""Seconds after which a client counts as stuck, and rows a second for which it gets more."""
LATE = 0.3
"""Seconds in which the server hears that a client is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who asks: a driver, the Python that it runs in, more words for it, and the package whose version is told."""

    name: str
    driver: str
    python: Path
    more: tuple[str, ...] = ()
    package: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one run came to: what the server saw, and what the client took."""

    told: Mapping[str, Any]
    wall: float
    cpu: float
    peak_mb: float

    @property
    def rate(self) -> float:
        """Answers a second from the first question to the last answer, as the server saw them."""
        return float(self.told["answered"] / max(1e-9, self.told["last"] - self.told["first"]))

    @property
    def warm_rate(self) -> float:
        """Answers a second after warm-up."""
        return float((self.told["answered"] - self.told["warm"]) / max(1e-9, self.told["last"] - self.told["warmed"]))


class Failed(Exception):
    """A client did not do its work; the text is the end of what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A server at a port, and the core that clients run on."""

    port: int
    core: int

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"http://127.0.0.1:{self.port}"

    def reset(self, **how: float) -> None:
        """Set the server anew."""
        urllib.request.urlopen(f"{self.url}/reset", json.dumps(how).encode()).close()

    def told(self) -> dict[str, Any]:
        """Ask what the server saw."""
        with urllib.request.urlopen(f"{self.url}/told") as said:
            return dict(json.load(said))

    def start(self, client: Client, folder: Path, flying: int) -> subprocess.Popen[bytes]:
        """Start a client in a group of processes of its own."""
        command = [
            "taskset",
            "-c",
            str(self.core),
            str(client.python),
            "-P",
            str(HERE / "peers" / f"{client.driver}.py"),
            self.url,
            str(flying),
            str(folder),
            *client.more,
        ]
        env = {
            name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy") and name != "PYTHONDONTWRITEBYTECODE"
        }
        with (folder / "said.log").open("ab") as log:
            return subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def run(self, client: Client, folder: Path, flying: int) -> Seen:
        """Run a client to its end."""
        started = time.monotonic()
        process = self.start(client, folder, flying)
        rows = int((folder / "rows.count").read_text())
        status, usage = finished(process, started + max(PATIENCE, rows / SLOWEST))
        told = self.told()
        if status != 0 or told["rows"] < rows:
            end_of_log = (folder / "said.log").read_text(errors="replace")[-600:].replace(f"{tempfile.gettempdir()}/", "")
            how = f"exit {status}" if status is not None else f"still running after {time.monotonic() - started:.0f} s, ended then"
            raise Failed(f"{how}, {told['rows']} of {rows} rows answered: {end_of_log}")
        return Seen(told=told, wall=time.monotonic() - started, cpu=usage.ru_utime + usage.ru_stime, peak_mb=usage.ru_maxrss / 1024)

    def killed(self, client: Client, folder: Path, flying: int, at: int) -> dict[str, Any]:
        """Kill a client, and all that it started, once so many rows are answered; return what the server saw until then."""
        started = time.monotonic()
        process = self.start(client, folder, flying)
        while self.told()["answered"] < at and process.poll() is None and time.monotonic() < started + PATIENCE:
            time.sleep(0.01)
        end(process)
        time.sleep(LATE)
        return self.told()


def finished(process: subprocess.Popen[bytes], until: float) -> tuple[int | None, Any]:
    """Return the exit status and the use of a process; one that takes too long is ended and has no status."""
    while time.monotonic() < until:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return None, usage


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all of its group."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def serving(core: int, clients_on: int) -> Iterator[Bench]:
    """Start the server on its core, at a port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(["taskset", "-c", str(core), sys.executable, "-P", str(HERE / "server.py"), str(port)])
    bench = Bench(port=port, core=clients_on)
    try:
        for _ in range(100):
            try:
                bench.told()
                break
            except OSError:
                time.sleep(0.1)
        yield bench
    finally:
        process.kill()
        process.wait()


def fresh(folder: Path, rows: int, *, listed: bool = True) -> Path:
    """Empty a folder and write the questions there; one that makes its own rows needs no list."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "rows.count").write_text(str(rows))
    (folder / "filler.txt").write_text(FILLER)
    if listed:
        with (folder / "rows.jsonl").open("w") as out:
            out.writelines(json.dumps({"n": n, "prompt": f"Row {n}: {FILLER}"}) + "\n" for n in range(1, rows + 1))
    return folder
