"""What is said about an example, wherever in the documentation it stands."""

from __future__ import annotations

from pathlib import Path

from synthc.compiler.compile import compile_spec
from synthc.compiler.pages.example import Example
from synthc.dsl.diagnostic import Diagnostic


def found(example: Example, folder: Path) -> tuple[Diagnostic, ...]:
    """Return the findings of compiling an example in a folder that holds its files and no other."""
    for name, text in {**example.files, "spec.synth": example.text}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return compile_spec(folder / "spec.synth", folder, params=example.params).diagnostics
