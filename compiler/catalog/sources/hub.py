"""`hub("allenai/c4", config = "en", split = "train")`: a dataset repository of the Hugging Face Hub."""

from __future__ import annotations

from pydantic import Field

from synthc.compiler.catalog.reader import SourceEntry
from synthc.compiler.catalog.values import Settings, Words


class Repository(Settings):
    """A repository, as a place to publish to."""

    repository: Words = Field(description="Owner and name, such as `allenai/c4`.")


class Hub(Repository):
    """A repository of Parquet or jsonl files; `revision` pins it to a commit, a branch or a tag."""

    config: Words | None = Field(None, description="The configuration of the dataset, where it has several.")
    split: Words = Field("train", description="The split of the dataset.")
    revision: Words | None = Field(None, description="A commit, branch or tag; the newest commit if left out.")


SOURCE = SourceEntry(settings=Hub)
