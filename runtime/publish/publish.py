"""Gathers what a run publishes: which node goes where, its files and its card."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from synthc.compiler.graph import Graph, Node
from synthc.runtime.errors import InputError
from synthc.runtime.publish.card import About, card
from synthc.runtime.publish.files import files_of
from synthc.runtime.publish.refuse import refuse
from synthc.runtime.rows import Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What goes up, and where to."""

    name: str
    repository: str
    kind: str
    rows: int | None
    card: str
    files: dict[str, Path]

    @property
    def url(self) -> str:
        """Return where it will be read."""
        return f"https://huggingface.co/{'datasets/' if self.kind == 'dataset' else ''}{self.repository}"


def publications(folder: Path, graph: Graph, name: str | None = None) -> list[Publication]:
    """Return what the spec of a run publishes, or only what has some name.

    Raises:
        InputError: there is nothing to publish, or something that may not be.
    """
    wanted = [node for node in graph.nodes if node.kind == "publish" and name in {None, node.settings["of"]["node"]}]
    if not wanted and name in graph.by_name:
        raise InputError(f'{folder}: its spec does not publish `{name}`; add `publish {name} to hub("team/name")` and run it again')
    if not wanted:
        raise InputError(f"{folder}: its spec publishes nothing" + (f" called `{name}`" if name else ""))
    return [_publication(node, folder, graph) for node in wanted]


def _publication(publish: Node, folder: Path, graph: Graph) -> Publication:
    node = graph.by_name[publish.settings["of"]["node"]]
    path = folder / "result.json"
    result = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    refuse(publish, graph, folder, result)
    refuse(node, graph, folder, result)
    files = files_of(node, folder)
    rows = Dataset(folder=folder / "datasets" / node.name).rows if node.columns else None
    text = card(About(node=node, graph=graph, result=result, rows=rows))
    kind = "dataset" if node.columns else "model"
    return Publication(name=node.name, repository=publish.settings["to"]["repository"], kind=kind, rows=rows, card=text, files={**files, "graph.json": folder / "graph.json"})
