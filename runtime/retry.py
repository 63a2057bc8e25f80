"""Tries the rows of a run again that were set aside, and what depends on them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthc.compiler.graph import Graph
from synthc.runtime.errors import InputError
from synthc.runtime.run import Options


def retried(graph: Graph, folder: Path, name: str | None) -> list[str]:
    """Return the nodes whose questions are asked again: those that set rows aside for want of an answer."""
    asking = [node.name for node in graph.nodes if any(step.verb == "ask" for step in node.steps)]
    if name is not None and name not in asking:
        known = "nothing is called that" if name not in graph.by_name else "it asks nobody"
        raise InputError(f"`{name}` has no questions to try again: {known}; there are {', '.join(f'`{each}`' for each in asking) or 'none'}")
    found = [each for each in asking if name in {None, each} and _unanswered(folder / "failures" / f"{each}.jsonl")]
    if not found:
        raise InputError(f"no row of {f'`{name}`' if name else 'this run'} was set aside for want of an answer, so there is nothing to try again")
    return found


def options_of(project: Path, folder: Path, names: list[str], endpoints: Mapping[str, str]) -> Options:
    """Return the options under which a run was made, with the nodes whose rows are tried once more."""
    result: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    worked = frozenset(node["name"] for node in result["nodes"] if node["status"] != "skipped")
    return Options(
        project=project, seed=result["seed"], test_noise=result["test_noise"], limit=result["limit"], endpoints=endpoints, nodes=worked, retried=frozenset(names)
    )


def _unanswered(path: Path) -> bool:
    """Tell whether rows were set aside by an `ask`."""
    return path.exists() and any(json.loads(line).get("step") == "ask" for line in path.read_text(encoding="utf-8").splitlines())
