"""Tokens per CPU-second of the bundled model behind HTTP, beside the same model in process.

python bench/serve/throughput.py

One thread of linear algebra each, greedy off, 64 tokens an answer to prompts of about 40. The server and its
client are processes of their own, whose CPU time is told apart; shares of the in-process engine's rate are
taken from the same run. Writes bench/results/serve_throughput.json.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import aiohttp  # noqa: E402 - after the number of threads is set

from synthc.runtime.endpoints.base import Message, Request  # noqa: E402
from synthc.runtime.endpoints.embedded.decode import ROWS, Decoder  # noqa: E402

ROOT = Path(__file__).parents[2]
FLYING = (1, 16, 64)
ANSWERS = {1: 8, 16: 64, 64: 128}
TOKENS, ROUNDS = 64, 3
TEXT = "The new bridge over the river opened in May, after years of delay and at twice the cost that was planned. Number {}."
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of(process: int) -> float:
    """Return the CPU seconds that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def ask(url: str, flying: int, count: int) -> int:
    """Ask for so many answers, so many at once, and return the tokens that were written."""
    places, written = asyncio.Semaphore(flying), 0

    async def one(session: aiohttp.ClientSession, number: int) -> None:
        nonlocal written
        parameters = {"do_sample": True, "seed": number, "max_new_tokens": TOKENS, "details": True}
        async with places, session.post("/generate", json={"inputs": TEXT.format(number), "parameters": parameters}) as response:
            written += (await response.json())["details"]["generated_tokens"]

    async with aiohttp.ClientSession(url, connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(one(session, number) for number in range(count)))
    return written


def served(flying: int, url: str, process: int) -> dict[str, float]:
    """Measure the server once."""
    before, own, started = cpu_of(process), resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    written = asyncio.run(ask(url, flying, ANSWERS[flying]))
    took, wall, now = cpu_of(process) - before, time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    client = now.ru_utime + now.ru_stime - own.ru_utime - own.ru_stime
    return {"per_cpu_second": written / took, "per_second": written / wall, "client_ms_per_request": 1000 * client / ANSWERS[flying]}


def in_process(decoder: Decoder, flying: int) -> dict[str, float]:
    """Measure the engine of the in-process endpoint once, in batches of at most its size."""
    requests = [
        Request(
            messages=(Message(role="user", content=TEXT.format(number)),),
            prompt=None,
            answer={"kind": "list", "of": {"kind": "text"}},
            max_input=None,
            max_output=TOKENS,
            temperature=1.0,
            top_p=None,
            stop=(),
            seed=number,
        )
        for number in range(ANSWERS[flying])
    ]
    size = min(flying, ROWS)
    before, written = time.process_time(), 0
    prepared = [decoder.prepare(request) for request in requests]
    for start in range(0, len(prepared), size):
        written += sum(reply.tokens_out for reply in decoder.answer(prepared[start : start + size]))
    return {"per_cpu_second": written / (time.process_time() - before)}


def middle(rounds: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return the median of each number."""
    return {key: round(statistics.median(one[key] for one in rounds), 2) for key in rounds[0]}


def main() -> None:
    """Measure in turns and write."""
    decoder = Decoder()
    assert decoder.network
    server = subprocess.Popen([sys.executable, "-m", "synthc", "serve", "--port", "0"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert server.stdout is not None
        url = re.findall(r"http://\S+", server.stdout.readline())[0]
        asyncio.run(ask(url, 4, 8))
        found: dict[str, Any] = {"tokens_per_answer_at_most": TOKENS, "rounds": ROUNDS, "load_average": os.getloadavg()[0], "in_flight": {}}
        for flying in FLYING:
            pairs = [(served(flying, url, server.pid), in_process(decoder, flying)) for _ in range(ROUNDS)]
            one, other = middle([pair[0] for pair in pairs]), middle([pair[1] for pair in pairs])
            share = round(one["per_cpu_second"] / other["per_cpu_second"], 2)
            found["in_flight"][flying] = {"server": one, "in_process": other, "share_of_in_process": share}
    finally:
        server.terminate()
        server.wait()
    (ROOT / "bench" / "results" / "serve_throughput.json").write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
