"""A bare aiohttp loop that stores nothing: what a client can do at most."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp


async def worker(session: aiohttp.ClientSession, prompts: Iterator[str]) -> None:
    """Ask one question after another."""
    for prompt in prompts:
        body = {"model": "fake", "messages": [{"role": "user", "content": prompt}], "max_tokens": 64}
        async with session.post("/v1/chat/completions", json=body) as response:
            answer = await response.json()
            assert answer["choices"][0]["message"]["content"]


async def main(url: str, flying: int, folder: Path) -> None:
    """Ask them all."""
    prompts = (json.loads(line)["prompt"] for line in (folder / "rows.jsonl").open())
    async with aiohttp.ClientSession(url, connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(worker(session, prompts) for _ in range(flying)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
