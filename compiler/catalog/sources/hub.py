"""`hub("allenai/c4", config = "en", split = "train")`: a dataset repository of the Hugging Face Hub."""

from __future__ import annotations

from synthc.compiler.catalog.values import Settings, Words


class Hub(Settings):
    """A repository of Parquet or jsonl files; `revision` pins it to a commit, a branch or a tag."""

    repository: Words
    config: Words | None = None
    split: Words = "train"
    revision: Words | None = None
