"""What a node's executor is given: its inputs, a folder to write in, and a voice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synthc.compiler.graph import Graph, Node
from synthc.runtime.engines.engine import Engine
from synthc.runtime.errors import Interrupted
from synthc.runtime.events import Events
from synthc.runtime.rows import Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The surroundings of one node in one run.

    `folder` is empty and becomes the artefact when the executor returns; what a killed run
    left in `scratch` (checkpoints) is there again when the same node is tried again.
    `inputs` maps the names of finished input nodes to their artefact folders.
    `project` is the folder that paths of the spec count from; `.synth` lies in it.
    `test_noise` is the seed of `--test-noise`, None when noise comes from the system's entropy.
    `engine` is where the work is done.
    `again` is how often rows that were set aside have been tried again.
    `private` is the private part of the run's folder, for what its owner alone may read.
    """

    graph: Graph
    node: Node
    fingerprint: str
    inputs: Mapping[str, Path]
    folder: Path
    scratch: Path
    private: Path
    project: Path
    events: Events
    seed: int
    limit: int | None
    test_noise: int | None
    stopping: Callable[[], bool]
    again: int = 0
    engine: Engine = field(default_factory=Engine)

    def rows(self, name: str) -> Dataset:
        """Return the rows of an input node."""
        return Dataset(folder=self.inputs[name])

    def reference(self, setting: str) -> str:
        """Return the node name that a setting `{"node": NAME}` of this node refers to."""
        return str(self.node.settings[setting]["node"])

    def progress(self, done: float, total: float | None, unit: str, **beside: Any) -> None:
        """Move this node's bar; also the place where an interrupt is noticed."""
        if self.stopping():
            raise Interrupted("stopped; the same command continues from here")
        self.events.emit("progress", node=self.node.name, done=done, total=total, unit=unit, **beside)

    def tell_owner(self, text: str) -> None:
        """Tell whoever runs this machine a sentence that rests on private rows: at the console, and in the private part of the folder."""
        with (self.private / f"{self.node.name}.notes.txt").open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")
        self.events.emit("owner_note", node=self.node.name, text=text)

    def note(self, text: str) -> None:
        """Tell the reader of the log and of the report a sentence about this node."""
        self.events.emit("note", node=self.node.name, text=text)
