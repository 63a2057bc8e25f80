"""`files("data/*.jsonl.gz")`: jsonl, jsonl.gz, parquet, csv and txt files of this machine."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from synthc.compiler.catalog.values import Settings, Words


def _several(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class Files(Settings):
    """Paths and globs, counted from the folder of the spec that names them."""

    paths: Annotated[list[Words], BeforeValidator(_several)]
