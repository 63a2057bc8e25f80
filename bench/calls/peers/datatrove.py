"""Datatrove's inference runner; with `checkpoints` it keeps each answer, else what it writes at the end."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from datatrove.data import Document
from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.inference.run_inference import InferenceConfig, InferenceRunner
from datatrove.pipeline.writers import JsonlWriter


async def roll(document: Document, generate: Any) -> Any:
    """Ask about one document."""
    return await generate({"messages": [{"role": "user", "content": document.text}], "max_tokens": 64})


def main(url: str, flying: int, folder: Path, *, kept: bool) -> None:
    """Ask them all."""
    rows = (json.loads(line) for line in (folder / "rows.jsonl").open())
    documents = [Document(text=row["prompt"], id=str(row["n"])) for row in rows]
    config = InferenceConfig(
        server_type="endpoint", model_name_or_path="fake", endpoint_url=url, max_concurrent_generations=flying, server_ready_delay_sec=0.1
    )
    writer = JsonlWriter(str(folder / "out"), output_filename="${rank}_${chunk_index}.jsonl" if kept else "${rank}.jsonl", compression=None)
    # It fails with a KeyError where the last chunk is exactly full.
    runner = InferenceRunner(roll, config, writer, checkpoints_local_dir=str(folder / "kept") if kept else None, records_per_chunk=997)
    LocalPipelineExecutor([documents, runner], tasks=1, workers=1, logging_dir=str(folder / "logs"), skip_completed=False).run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), kept="checkpoints" in sys.argv)
