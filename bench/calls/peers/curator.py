"""Curator: its OpenAI backend, with the cache that it always keeps.

Where OpenAI's vocabulary can't be fetched, bytes are counted instead of its tokens, which takes Curator no longer.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

url, flying, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
os.environ |= {"TELEMETRY_ENABLED": "false", "OPENAI_API_KEY": "none", "HF_HUB_OFFLINE": "1", "CURATOR_DISABLE_RICH_DISPLAY": "1"}

import tiktoken  # noqa: E402
import tiktoken.model  # noqa: E402

BYTES = tiktoken.Encoding(name="bytes", pat_str=r"\S+|\s+", mergeable_ranks={bytes([n]): n for n in range(256)}, special_tokens={})
tiktoken.get_encoding = tiktoken.encoding_for_model = tiktoken.model.get_encoding = lambda *_: BYTES

from bespokelabs import curator  # noqa: E402
from datasets import Dataset  # noqa: E402


class Say(curator.LLM):  # type: ignore[misc]
    """Asks each row's prompt."""

    def prompt(self, row: dict[str, Any]) -> str:
        """Return the prompt of a row."""
        return str(row["prompt"])

    def parse(self, row: dict[str, Any], said: str) -> dict[str, Any]:
        """Return a row with its answer."""
        return {"n": row["n"], "said": said}


rows = Dataset.from_list([json.loads(line) for line in (folder / "rows.jsonl").open()])
told = {
    "base_url": f"{url}/v1",
    "max_concurrent_requests": flying,
    "max_requests_per_minute": 10_000_000,
    "max_tokens_per_minute": 10_000_000_000,
    "max_retries": 50,
}
say = Say(model_name="fake", backend="openai", generation_params={"max_tokens": 64}, backend_params=told)
said = say(rows, working_dir=str(folder / "cache"))
assert len(said.dataset) == len(rows)
