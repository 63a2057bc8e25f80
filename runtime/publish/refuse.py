"""What may not be published, whatever the spec says; the last of several places that look."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthc.compiler.graph import Graph, Node, Privacy
from synthc.runtime.errors import InputError
from synthc.runtime.folder import MODELS
from synthc.runtime.outcome import record_of

SHOWN = frozenset({Privacy.PUBLIC, Privacy.DP})


def refuse(node: Node, graph: Graph, folder: Path, result: Mapping[str, Any]) -> None:
    """Raise unless a node of a run may be shown to everybody.

    Raises:
        InputError: it is private, taught by a pretended population, a try-out, or of a run that is not done.
    """
    if node.label not in SHOWN:
        why = "what a pretended population taught protects nobody" if node.label is Privacy.SIMULATED else "it is private"
        raise InputError(f"{node.place}: `{node.name}` is never published: {why}")
    if result.get("status") != "done":
        raise InputError(f"{folder}: this run is not done; `synthc run` goes on with it, and what it makes can be published then")
    for option, key in (("--limit", "limit"), ("--test-noise", "test_noise")):
        if result.get(key, "unknown") is not None:
            raise InputError(f"{folder}: nothing of a run under `{option}` is published; it was a try-out")
    for name in sorted(graph.needs(node.name)):
        needed = graph.by_name[name]
        if needed.mechanism and needed.label in SHOWN and _noise(folder, needed) != "entropy":
            raise InputError(f"{needed.place}: `{node.name}` is never published: the noise of `{name}` was not drawn from entropy, so it protects nobody")


def _noise(folder: Path, mechanism: Node) -> str | None:
    """Return where the noise of a mechanism came from; None if its record is not among what may be shown."""
    path = folder / ("models" if mechanism.kind in MODELS else "datasets") / mechanism.name / record_of(mechanism)
    return json.loads(path.read_text(encoding="utf-8")).get("noise_generator") if path.is_file() else None
