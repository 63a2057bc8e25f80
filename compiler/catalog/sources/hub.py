"""`hub("allenai/c4", config = "en", split = "train")`: a dataset repository of the Hugging Face Hub."""

from __future__ import annotations

from synthc.compiler.catalog.values import Settings, Words


class Repository(Settings):
    """A repository, as a place to publish to."""

    repository: Words


class Hub(Repository):
    """A repository of Parquet or jsonl files; `revision` pins it to a commit, a branch or a tag."""

    config: Words | None = None
    split: Words = "train"
    revision: Words | None = None
