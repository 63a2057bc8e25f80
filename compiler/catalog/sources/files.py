"""`files("data/*.jsonl.gz")`: jsonl, jsonl.gz, parquet, csv and txt files of this machine."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from synthc.compiler.catalog.reader import SourceEntry
from synthc.compiler.catalog.values import Said, Settings, Words


def _several(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class Files(Settings):
    """Paths and globs, counted from the folder of the spec that names them."""

    paths: Annotated[list[Words], BeforeValidator(_several), Said("text or list of texts")] = Field(description="Paths, in which `*` stands for any part of a name. Files are jsonl, csv, txt or parquet, the first three also as `.gz`.")


SOURCE = SourceEntry(settings=Files, paths=("paths",))
