"""What a corpus depends on, in one file: who answered, which prompts, which sources, which calls of the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from synthc.compiler.graph import Graph, Node
from synthc.compiler.graph.fingerprint import fingerprint
from synthc.runtime.errors import InputError
from synthc.runtime.fingerprints import asked, behind_mechanism
from synthc.runtime.folder import ROWS, RunFolder
from synthc.runtime.ledger_records import opened
from synthc.runtime.rows import Dataset
from synthc.runtime.sources.read import source_files
from synthc.runtime.store import Store
from synthc.runtime.used import used

VERSION = 1


def lock_path(project: Path, graph: Graph) -> Path:
    """Return where the lock of a graph lies, beside its spec."""
    return project / f"{graph.name}.lock"


def locked_names(graph: Graph) -> list[str]:
    """Return the datasets that can be rebuilt from the ledger: public ones that rest on no mechanism."""
    return [node.name for node in graph.nodes if node.kind in ROWS and not node.private and not behind_mechanism(node, graph)]


def lock_document(graph: Graph, project: Path, *, seed: int) -> dict[str, Any]:
    """Return the lock of the last run of a graph, which must have finished all that is locked."""
    folder = RunFolder.path_of(project, graph, seed=seed, test_noise=None, limit=None)
    result, prints = _read(folder / "result.json"), _read(folder / "artefacts.json")
    missing = [name for name in locked_names(graph) if name not in (prints or {})]
    if result is None or prints is None or missing:
        what = f"`{missing[0]}` is not there yet" if result is not None and missing else "it was not run yet"
        raise InputError(f"{graph.name}: {what}, so there is nothing to lock; `synthc run` makes it")
    store = Store(root=project / ".synth")
    keys = {name: used(project, prints[name]) for name in locked_names(graph) if asked(graph.by_name[name])}
    answers = _answers(project, {key for found in keys.values() for key in found})
    return {
        "lock": VERSION,
        "spec": graph.name,
        "graph": graph.fingerprint,
        "seed": seed,
        "endpoints": {name: result["endpoints"][name] for name in sorted({each for name in keys for each in asked(graph.by_name[name])})},
        "prompts": {step.settings["prompt"]["name"]: fingerprint(step.settings["prompt"]) for name in keys for step in graph.by_name[name].steps if step.verb == "ask"},
        "sources": {name: source_hashes(graph.by_name[name], project, store) for name in locked_names(graph) if graph.by_name[name].kind == "source"},
        "datasets": {name: _dataset(store.folder(prints[name], private=False), keys.get(name), answers) for name in locked_names(graph)},
        "calls": len(answers),
        "root": _root(answers.items()),
    }


def read_lock(project: Path, graph: Graph) -> dict[str, Any]:
    """Return the lock of a graph, or say why it is none."""
    path = lock_path(project, graph)
    found = _read(path)
    if found is None or found.get("lock") != VERSION:
        raise InputError(f"{path.name}: there is no lock to replay; `synthc lock` writes one after a run")
    if found["graph"] != graph.fingerprint:
        raise InputError(f"{path.name}: the spec has changed since it was locked; run it and `synthc lock` again, or go back to the spec of then")
    return found


def source_hashes(node: Node, project: Path, store: Store) -> dict[str, str]:
    """Return a hash of each file of a public source."""
    return {name: store.hash_file(path, private=False) for name, path in source_files(node, project)}


def disagreement(name: str, artefact: Path, lock: Mapping[str, Any]) -> str | None:
    """Return how a dataset differs from what is locked, None if it does not."""
    wanted, rows = lock["datasets"][name], Dataset(folder=artefact).rows
    if rows != wanted["rows"]:
        return f"`{name}` has {rows:,} rows and had {wanted['rows']:,} when it was locked"
    return None if rows_hash(artefact) == wanted["hash"] else f"the rows of `{name}` are not those that were locked"


def rows_hash(artefact: Path) -> str:
    """Return a hash of the bytes of a dataset's rows."""
    found = blake2b(digest_size=16)
    for shard in Dataset(folder=artefact).shards:
        found.update(shard.read_bytes())
    return found.hexdigest()


def _dataset(artefact: Path, keys: list[str] | None, answers: Mapping[str, str]) -> dict[str, Any]:
    rows = {"rows": Dataset(folder=artefact).rows, "hash": rows_hash(artefact)}
    if keys is None:
        return rows
    there = [(key, answers[key]) for key in keys if key in answers]
    return {**rows, "calls": len(there), "answers": _root(there)}


def _answers(project: Path, keys: set[str]) -> dict[str, str]:
    """Return a hash of each answer that is in the ledger, in the order of the keys."""
    if not keys:
        return {}
    with opened(project / ".synth" / "ledger.sqlite") as connection:
        found = ((key, connection.execute("SELECT reply FROM calls WHERE key = ? AND state = 'answered'", (key,)).fetchone()) for key in sorted(keys))
        return {key: blake2b(row[0].encode(), digest_size=16).hexdigest() for key, row in found if row}


def _root(answers: Iterable[tuple[str, str]]) -> str:
    found = blake2b(digest_size=16)
    for key, answer in answers:
        found.update(f"{key} {answer}\n".encode())
    return found.hexdigest()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found
