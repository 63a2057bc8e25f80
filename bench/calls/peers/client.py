"""synthc's client alone, in the loop that the floor has: nothing is stored."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from synthc.runtime.endpoints.connection import Connection


async def worker(connection: Connection, prompts: Iterator[str]) -> None:
    """Ask one question after another."""
    for prompt in prompts:
        body = {"model": "fake", "messages": [{"role": "user", "content": prompt}], "max_tokens": 64}
        answer = (await connection.send("POST", "/v1/chat/completions", body)).body
        assert answer["choices"][0]["message"]["content"]


async def main(url: str, flying: int, folder: Path) -> None:
    """Ask them all."""
    prompts = (json.loads(line)["prompt"] for line in (folder / "rows.jsonl").open())
    connection = Connection(name="fake", url=url, timeout=60.0)
    await asyncio.gather(*(worker(connection, prompts) for _ in range(flying)))
    await connection.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
