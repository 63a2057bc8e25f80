"""A small project, and the command run in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from synthc.cli.main import main

SPEC = """synth 1

param least: int = 2

public source web = files("web.jsonl") {
  text    = .text
  license = "CC0-1.0"
}

prompt typed(text: text) -> "yes" | "no" {
  max_input = 64
  ask       = \"\"\"
    Typed on a phone? Answer yes or no.

    {{ text }}
    \"\"\"
}

filter long = web
  | where words(text) >= least

test typed {
  "lol ok"     -> "yes"
  "The treaty" -> "no"
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder in which commands run."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def run(self, *argv: str) -> Said:
        """Run a command in this process."""
        self.capture.readouterr()
        try:
            code = main(["-C", str(self.folder), *argv])
        except SystemExit as left:
            code = int(left.code or 0)
        out, err = self.capture.readouterr()
        return Said(code=code, out=out, err=err)

    def write(self, name: str, text: str) -> Path:
        """Write a file of the project."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


def small(folder: Path, capture: pytest.CaptureFixture[str]) -> Project:
    """Return a project of one spec and three rows."""
    project = Project(folder=folder, capture=capture)
    project.write("spec.synth", SPEC)
    project.write("web.jsonl", "".join(json.dumps({"text": text}) + "\n" for text in ("one", "two words", "now three words")))
    return project
