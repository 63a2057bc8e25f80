"""A run's folder: what may be shown at its top, what may not under `private/`."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthc.compiler.graph import Graph, Node
from synthc.compiler.graph.encoding import to_json
from synthc.compiler.graph.fingerprint import fingerprint

ROWS = frozenset({"source", "filter", "transform", "generate", "mix", "measure"})
MODELS = frozenset({"vocab", "pretrain", "federate"})
RETRIES = "retries.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFolder:
    """`runs/NAME-XXXXXXXX`: the same command finds the same folder again."""

    path: Path

    @classmethod
    def of(cls, project: Path, graph: Graph, *, seed: int, test_noise: int | None, limit: int | None) -> RunFolder:
        """Make the folder of a graph under some options, and write the graph into it."""
        folder = cls(path=cls.path_of(project, graph, seed=seed, test_noise=test_noise, limit=limit))
        folder.path.mkdir(parents=True, exist_ok=True)
        folder.write("graph.json", to_json(graph))
        return folder

    @staticmethod
    def path_of(project: Path, graph: Graph, *, seed: int, test_noise: int | None, limit: int | None) -> Path:
        """Return where the run of a graph under some options is, or will be."""
        which = fingerprint([graph.fingerprint, seed, test_noise, limit])[:8]
        return project / "runs" / f"{Path(graph.name).name}-{which}"

    @property
    def private(self) -> Path:
        """The part that only its owner can open."""
        path = self.path / "private"
        path.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)
        return path

    def write(self, name: str, content: str | dict[str, Any]) -> None:
        """Write a file whole or not at all."""
        text = content if isinstance(content, str) else json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        waiting = self.path / f"{name}.{os.getpid()}"
        waiting.write_text(text, encoding="utf-8")
        waiting.replace(self.path / name)

    @property
    def tried_again(self) -> dict[str, int]:
        """How often the rows that each node set aside were tried again."""
        path = self.path / RETRIES
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}

    def note_retried(self, name: str, times: int) -> None:
        """Note how often the rows that a node set aside were tried again."""
        self.write(RETRIES, {**self.tried_again, name: times})

    def stop_clocks(self) -> None:
        """Give all that lies here the time of the graph, which was written first: later ones would tell how long the run took."""
        begun = (self.path / "graph.json").stat().st_mtime_ns
        for path in [*self.path.rglob("*"), self.path]:
            os.utime(path, ns=(begun, begun))

    def show(self, node: Node, artefact: Path, *, private: bool) -> None:
        """Place an artefact where the reader of the folder looks for it."""
        if node.kind in ROWS | MODELS:
            kind = "datasets" if node.kind in ROWS else "models"
            _link(artefact, (self.private if private else self.path) / kind / node.name)
        self.show_failures(node, artefact, private=private)

    def show_failures(self, node: Node, artefact: Path, *, private: bool) -> Path:
        """Place the list of rows that were set aside; of a failed node too."""
        target = (self.private if private else self.path) / "failures" / f"{node.name}.jsonl"
        if (artefact / "failures.jsonl").exists():
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(artefact / "failures.jsonl", target)
        else:
            target.unlink(missing_ok=True)
        return target


def _link(source: Path, target: Path) -> None:
    """Make a folder of hard links to the files of another; copies where there can be no links."""
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copytree(source, target, copy_function=os.link)
    except (OSError, shutil.Error):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
