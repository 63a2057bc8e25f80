"""What README shows compiles, and what it says was printed is printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from synthc.compiler.compile import compile_spec

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r"```synth\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_spec_in_the_readme_compiles(block: str, tmp_path: Path) -> None:
    """Without a finding of any kind."""
    (tmp_path / "readme.synth").write_text(block)
    compiled = compile_spec(tmp_path / "readme.synth", tmp_path)

    assert compiled.diagnostics == ()
    assert compiled.graph is not None


def test_every_file_and_command_the_readme_names_is_there() -> None:
    """Links lead somewhere, and benches can be run."""
    text = (ROOT / "README.md").read_text()
    named = set(re.findall(r"\]\(((?!https?:)[^)#]+)\)", text)) | set(re.findall(r"python (bench/\S+\.py)", text))

    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
