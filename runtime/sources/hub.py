"""Finds and fetches the files of a dataset repository of the Hugging Face Hub.

Follows the repository's own `configs` in its card where there are any, else the usual layouts:
`CONFIG/SPLIT-*`, `data/SPLIT-*`, `CONFIG/*SPLIT*`, `SPLIT.*`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from synthc.runtime.errors import InputError, OutsideFault

HEAD = re.compile(r"---\n(.*?)\n---\s*\n", re.DOTALL)
SPLITS = re.compile(r"(^|[/._-])(train|training|test|testing|eval|evaluation|dev|val|valid|validation)([/._-]|$)")
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
        from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled, RepositoryNotFoundError, RevisionNotFoundError

        try:
            return sorted(HfApi().list_repo_files(self.repository, revision=self.revision, repo_type="dataset"))
        except RepositoryNotFoundError:
            raise InputError(f"there is no dataset `{self.repository}` on the Hub, or you may not read it; check its name, or log in with `hf auth login`") from None
        except RevisionNotFoundError:
            raise InputError(f"`{self.repository}` has no revision `{self.revision}`; check it, or leave it out") from None
        except (HfHubHTTPError, OfflineModeIsEnabled, OSError) as problem:
            raise OutsideFault(f"the Hub did not answer about `{self.repository}` ({type(problem).__name__}); check the network and repeat the command") from None

    def fetch(self, name: str) -> Path:
        """Download a file, or find it in the cache."""
        from huggingface_hub import hf_hub_download

        try:
            return Path(hf_hub_download(self.repository, name, revision=self.revision, repo_type="dataset"))
        except Exception as problem:  # noqa: BLE001 the Hub's clients raise errors of many families
            raise OutsideFault(f"`{name}` of `{self.repository}` could not be fetched ({type(problem).__name__}); repeat the command to go on") from None


def find_hub_files(reader: Mapping[str, Any], place: str, repository: Repository | None = None) -> list[tuple[str, Path]]:
    """Return the files of a config and split, in the order of their names, each with a local copy."""
    where = repository or HubRepository(reader["repository"], reader["revision"])
    names = [name for name in where.names() if DATA.search(name) or name == "README.md"]
    files = [name for name in names if name != "README.md"]
    configs = _configs(where) if "README.md" in names else []
    chosen = _by_card(configs, files, reader, place) if configs else _by_layout(files, reader)
    if not chosen:
        config = f" of config `{reader['config']}`" if reader["config"] else ""
        raise InputError(f"{place}: `{reader['repository']}` has no files for the split `{reader['split']}`{config}; it holds {', '.join(files[:8]) or 'no data files'}")
    return [(name, where.fetch(name)) for name in chosen]


def _configs(where: Repository) -> list[dict[str, Any]]:
    """Return the configs that the card declares; none where it says nothing of them."""
    import yaml

    head = HEAD.match(where.fetch("README.md").read_text(encoding="utf-8", errors="replace"))
    try:
        card = yaml.safe_load(head[1]) if head else None
    except yaml.YAMLError:
        card = None
    configs = card.get("configs") if isinstance(card, dict) else None
    return [config for config in configs or [] if isinstance(config, dict) and config.get("data_files")]


def _by_card(configs: list[dict[str, Any]], files: list[str], reader: Mapping[str, Any], place: str) -> list[str]:
    """Return the files that a config names for a split."""
    by_name = {str(config.get("config_name", "default")): config for config in configs}
    default = next((name for name, config in by_name.items() if config.get("default") or name == "default" or len(by_name) == 1), None)
    config = by_name.get(str(reader["config"] or default))
    if config is None:
        has = ", ".join(f'"{name}"' for name in by_name)
        problem = f"no config `{reader['config']}`" if reader["config"] else "several configs"
        raise InputError(f"{place}: `{reader['repository']}` has {problem}; say `config = ` one of {has}")
    patterns: list[str] = []
    data = config["data_files"]
    for entry in data if isinstance(data, list) else [data]:
        split, path = (entry.get("split", "train"), entry.get("path")) if isinstance(entry, dict) else ("train", entry)
        if split == reader["split"]:
            patterns.extend(path if isinstance(path, list) else [str(path)])
    return [name for name in files if any(_pattern(pattern).fullmatch(name) for pattern in patterns)]


def _pattern(glob: str) -> re.Pattern[str]:
    """Return a glob of the Hub as a regular expression: `*` stays within a folder, `**` does not."""
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(parts.get(part) or re.escape(part) for part in re.split(r"(\*\*/|\*\*|\*|\?)", glob.removeprefix("./"))))


def _by_layout(files: list[str], reader: Mapping[str, Any]) -> list[str]:
    """Return the files of the usual layouts; where no name tells a split, all are `train`."""
    config, split = reader["config"], reader["split"]
    if config is not None:
        files = [name for name in files if config in Path(name).parts[:-1] or Path(name).name.startswith(f"{config}-")]
    # The same rows may lie there as Parquet and as text.
    files = [name for name in files if name.endswith(".parquet")] or files
    word = re.compile(rf"(^|[/._-]){re.escape(split)}([/._-]|$)")
    chosen = [name for name in files if word.search(name)]
    return files if split == "train" and not chosen and not any(SPLITS.search(name) for name in files) else chosen
