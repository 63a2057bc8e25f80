"""Finds and fetches the files of a dataset repository of the Hugging Face Hub.

Follows the repository's own `configs` in its card where there are any, else the usual layouts:
`CONFIG/SPLIT-*`, `data/SPLIT-*`, `CONFIG/*SPLIT*`, `SPLIT.*`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Protocol

from synthc.runtime.errors import InputError, OutsideFault

DATA = re.compile(r"\.(parquet|jsonl|json|csv|txt)(\.gz)?$")


class Repository(Protocol):
    """A repository: what it holds, and a local path of each file."""

    def names(self) -> list[str]:
        """Return the paths of its files."""
        ...

    def fetch(self, name: str) -> Path:
        """Return a local copy of a file."""
        ...


class LocalRepository:
    """A repository that lies in a folder."""

    def __init__(self, folder: Path) -> None:
        """Take its folder."""
        self.folder = folder

    def names(self) -> list[str]:
        """Return the paths of its files."""
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())

    def fetch(self, name: str) -> Path:
        """Return the file itself."""
        return self.folder / name


class HubRepository:
    """A repository of the Hub, through `huggingface_hub` and its cache."""

    def __init__(self, repository: str, revision: str | None) -> None:
        """Take its name and a commit, branch or tag."""
        self.repository, self.revision = repository, revision

    def names(self) -> list[str]:
        """Ask the Hub for the files."""
        from huggingface_hub import HfApi
        from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled, RepositoryNotFoundError

        try:
            return sorted(HfApi().list_repo_files(self.repository, revision=self.revision, repo_type="dataset"))
        except RepositoryNotFoundError:
            raise InputError(f"there is no dataset `{self.repository}` on the Hub, or you may not read it; check its name, or log in with `hf auth login`") from None
        except (HfHubHTTPError, OfflineModeIsEnabled, OSError) as problem:
            raise OutsideFault(f"the Hub did not answer about `{self.repository}` ({type(problem).__name__}); check the network and repeat the command") from None

    def fetch(self, name: str) -> Path:
        """Download a file, or find it in the cache."""
        from huggingface_hub import hf_hub_download

        try:
            return Path(hf_hub_download(self.repository, name, revision=self.revision, repo_type="dataset"))
        except Exception as problem:  # the Hub's clients raise errors of many families
            raise OutsideFault(f"`{name}` of `{self.repository}` could not be fetched ({type(problem).__name__}); repeat the command to go on") from None


def find_hub_files(reader: Mapping[str, Any], place: str, repository: Repository | None = None) -> list[Path]:
    """Return local copies of the files of a config and split, in the order of their names."""
    where = repository or HubRepository(reader["repository"], reader["revision"])
    names = where.names()
    chosen = _by_card(where, names, reader) or _by_layout([n for n in names if DATA.search(n)], reader)
    if not chosen:
        config = f" of config `{reader['config']}`" if reader["config"] else ""
        raise InputError(f"{place}: `{reader['repository']}` has no files for the split `{reader['split']}`{config}; it holds {', '.join(names[:8]) or 'nothing'}")
    return [where.fetch(name) for name in chosen]


def _by_card(where: Repository, names: list[str], reader: Mapping[str, Any]) -> list[str]:
    """Return the files that the card's `configs` names for a config and split."""
    if "README.md" not in names:
        return []
    head = where.fetch("README.md").read_text(encoding="utf-8", errors="replace")
    if not head.startswith("---"):
        return []
    import yaml

    try:
        card = yaml.safe_load(head.split("---")[1]) or {}
    except yaml.YAMLError:
        return []
    patterns: list[str] = []
    for config in card.get("configs") or []:
        named = config.get("config_name") == reader["config"] or (reader["config"] is None and (config.get("default") or len(card["configs"]) == 1))
        files = config.get("data_files") if named else None
        for entry in files if isinstance(files, list) else []:
            if entry.get("split") == reader["split"]:
                path = entry.get("path")
                patterns.extend([path] if isinstance(path, str) else path or [])
    return [name for name in names if any(fnmatch(name, pattern) for pattern in patterns)]


def _by_layout(names: list[str], reader: Mapping[str, Any]) -> list[str]:
    config, split = reader["config"], reader["split"]
    if config is not None:
        names = [name for name in names if config in Path(name).parts[:-1] or Path(name).name.startswith(f"{config}-")]
    split_word = re.compile(rf"(^|[/._-]){re.escape(split)}([/._-]|$)")
    return [name for name in names if split_word.search(name)]
