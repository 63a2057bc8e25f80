"""Pushes a publication to the Hub, in one commit."""

from __future__ import annotations

import os

from synthc.runtime.errors import InputError, OutsideFault
from synthc.runtime.publish.publish import Publication

LOG_IN = "log in with `hf auth login`, or set HF_TOKEN to a token that may write there"


def push(publication: Publication) -> str:
    """Push the files and the card, take away what an earlier commit left of the data, and return the commit's address.

    Raises:
        InputError: the Hub refuses.
        OutsideFault: the Hub does not answer.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    hub, name, kind = HfApi(), publication.repository, publication.kind
    added = [CommitOperationAdd(path_in_repo=path, path_or_fileobj=file) for path, file in sorted(publication.files.items())]
    added.append(CommitOperationAdd(path_in_repo="README.md", path_or_fileobj=publication.card.encode()))
    try:
        hub.create_repo(name, repo_type=kind, exist_ok=True)
        there = hub.list_repo_files(name, repo_type=kind)
        gone = [CommitOperationDelete(path_in_repo=path) for path in there if path.startswith("data/") and path not in publication.files]
        commit = hub.create_commit(name, [*added, *gone], repo_type=kind, commit_message=f"{publication.name}, published by synthc")
    except HFValidationError as problem:
        raise InputError(f"`{publication.repository}` is no name of a repository: {problem}") from None
    except HfHubHTTPError as problem:
        status = problem.response.status_code
        if status in {401, 403}:
            raise InputError(f"the Hub does not let you write to `{publication.repository}` ({status}); {LOG_IN}") from None
        raise OutsideFault(f"the Hub did not take `{publication.repository}` ({status}); repeat the command") from None
    except Exception as problem:  # noqa: BLE001 the Hub's clients raise errors of many families
        raise OutsideFault(f"the Hub did not answer about `{publication.repository}` ({type(problem).__name__}); check the network and repeat the command") from None
    return str(commit.commit_url)
