"""Distilabel: one text generation step with the OpenAI client, batches as large as may be in flight."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

url, flying, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
os.environ |= {"DISTILABEL_CACHE_DIR": str(folder / "cache"), "HF_HUB_OFFLINE": "1"}

from distilabel.models import OpenAILLM  # noqa: E402
from distilabel.pipeline import Pipeline  # noqa: E402
from distilabel.steps import LoadDataFromDicts  # noqa: E402
from distilabel.steps.tasks import TextGeneration  # noqa: E402


def main() -> None:
    """Ask them all."""
    rows = [{"instruction": json.loads(line)["prompt"]} for line in (folder / "rows.jsonl").open()]
    with Pipeline(name="rows", cache_dir=folder / "cache") as pipeline:
        load = LoadDataFromDicts(data=rows, batch_size=flying)
        llm = OpenAILLM(model="fake", base_url=f"{url}/v1", api_key="none", max_retries=50, generation_kwargs={"max_new_tokens": 64})
        load >> TextGeneration(llm=llm, input_batch_size=flying)
    distiset = pipeline.run(use_cache=True)
    assert len(distiset["default"]["train"]) == len(rows)


if __name__ == "__main__":
    main()
