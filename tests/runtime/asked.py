"""A project of one source and two nodes that ask, answered by a fake endpoint."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from synthc.compiler.graph import Graph
from synthc.runtime import run as running
from synthc.runtime.endpoints.base import Reply, Request
from synthc.runtime.endpoints.fake import FakeEndpoint
from synthc.runtime.outcome import Outcome
from tests.compiled import graph_of

SPEC = """synth 1

public source web = files("web.jsonl") {
  text    = .text
  license = "CC0-1.0"
}

prompt reworded(text: text) -> int {
  temperature = 0.8
  system = "You count."
  ask = \"\"\"
    How many? {{ text }}
    \"\"\"
}

filter counted = web {
  max_failures = 50%
}
  | ask n = reworded(text)
  | where n >= 0

transform longer = counted
  | select text = text + "!"
"""


@dataclass(slots=True, kw_only=True)
class Asked:
    """The project; `reply` answers."""

    folder: Path
    text: str = SPEC
    endpoint: FakeEndpoint = field(default_factory=lambda: FakeEndpoint(reply=lambda _: "1"))

    @property
    def graph(self) -> Graph:
        """The compiled spec."""
        return graph_of(self.folder / "spec.synth", self.text)

    def run(self, **options: Any) -> Outcome:
        """Run the spec."""
        return running.run(self.graph, running.Options(project=self.folder, **options))

    def asks(self, **options: Any) -> int:
        """Run the spec and return how many questions were sent."""
        before = len(self.endpoint.asked)
        outcome = self.run(**options)
        assert outcome.problem is None, outcome.problem
        return len(self.endpoint.asked) - before

    def changed(self, old: str, new: str) -> Asked:
        """Change the spec."""
        assert old in self.text
        self.text = self.text.replace(old, new)
        return self


def asked(folder: Path, monkeypatch: pytest.MonkeyPatch, reply: Callable[[Request], Reply | str] = lambda _: "1", *, rows: int = 10) -> Asked:
    """Write the project into a folder."""
    write_rows(folder, [f"text {n}" for n in range(rows)])
    made = Asked(folder=folder, endpoint=FakeEndpoint(reply=reply))
    monkeypatch.setattr("synthc.runtime.walk.open_endpoint", lambda *_: made.endpoint)
    return made


def write_rows(folder: Path, texts: list[str]) -> None:
    """Write the rows of the source."""
    (folder / "web.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
