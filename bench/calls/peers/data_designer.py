"""Data Designer: one text column over a seed file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ |= {"NEMO_TELEMETRY_ENABLED": "false", "HF_HUB_OFFLINE": "1"}

import data_designer.config as dd  # noqa: E402
from data_designer.interface import DataDesigner  # noqa: E402


def main(url: str, flying: int, folder: Path) -> None:
    """Ask them all."""
    rows = sum(1 for _ in (folder / "rows.jsonl").open())
    provider = dd.ModelProvider(name="fake", endpoint=f"{url}/v1", api_key="none")
    told = dd.ChatCompletionInferenceParams(max_parallel_requests=flying, max_tokens=64)
    model = dd.ModelConfig(alias="fake", model="fake", provider="fake", inference_parameters=told, skip_health_check=True)
    config = dd.DataDesignerConfigBuilder(model_configs=[model])
    config.with_seed_dataset(dd.LocalFileSeedSource(path=str(folder / "rows.jsonl")))
    config.add_column(dd.LLMTextColumnConfig(name="said", prompt="{{ prompt }}", model_alias="fake"))
    designer = DataDesigner(artifact_path=folder / "out", model_providers=[provider])
    designer.set_run_config(dd.RunConfig(otel_metrics_port=None))
    designer.create(config, num_records=rows, dataset_name="rows", resume=dd.ResumeMode.IF_POSSIBLE)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
