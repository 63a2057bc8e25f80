"""How many calls a second the ledger takes on one core: claimed, answered, committed, handed on.

python bench/calls/ledger.py [--calls 100000] [--flying 4096]

The endpoint answers at once, so that what is measured is the ledger alone. Each call makes two
records, the claim and the answer, each on the disk before the call goes on. Writes
bench/results/ledger.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from pathlib import Path

from synthc.runtime.endpoints.base import Identity, Message, Reply, Request
from synthc.runtime.ledger import Ledger

RESULT = Path(__file__).parents[1] / "results" / "ledger.json"
WHO = Identity(model="fake", revision="1", server="fake")
FILLER = "what was said in a chat on a phone, as long as such a text may be " * 8


def question(number: int) -> Request:
    """Return a question of about 600 characters."""
    message = Message(role="user", content=f"{number} {FILLER}")
    return Request(messages=(message,), prompt=None, answer={"kind": "text"}, max_input=None, max_output=64, temperature=0.0, top_p=None, stop=(), seed=None)


async def reply(_: Request) -> Reply:
    """Answer at once."""
    return Reply(text="see you later at the bus stop", finish="stop", logprob=-1.0, choices=None, tokens_in=150, tokens_out=8)


async def ask(ledger: Ledger, calls: int, flying: int) -> None:
    """Ask, so many at a time."""
    numbers = iter(range(calls))

    async def worker() -> None:
        for number in numbers:
            await ledger.answer(WHO, question(number), reply)

    await asyncio.gather(*(worker() for _ in range(flying)))


def measured(ledger: Ledger, calls: int, flying: int) -> dict[str, float]:
    """Return calls a second, by the clock and by the processor's time."""
    wall, cpu = time.perf_counter(), time.process_time()
    asyncio.run(ask(ledger, calls, flying))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"calls_per_second": round(calls / wall), "calls_per_cpu_second": round(calls / cpu)}


def main() -> None:
    """Ask new questions, then the same again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--flying", type=int, default=4096)
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(path=Path(folder) / "ledger.sqlite")
        new = measured(ledger, options.calls, options.flying)
        again = measured(ledger, options.calls, options.flying)
        ledger.close()
    records = {"records_per_second": 2 * new["calls_per_second"], "records_per_cpu_second": 2 * new["calls_per_cpu_second"]}
    result = {"calls": options.calls, "in_flight": options.flying, "cores": 1, "new": {**new, **records}, "answered_before": again, "load": os.getloadavg()[0]}
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
