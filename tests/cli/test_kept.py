"""A check that has nothing new to look at shows what it found before, and never anything stale."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from synthc.cli import kept
from tests.cli.project import Project

IMPORTING = """synth 1

import "other.synth" as other
import std.phone

public source web = files(env("DATA", "web.jsonl")) { license = "CC0-1.0" }

filter long = web
  | where words(text) >= other.least
"""


@pytest.fixture
def both(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project of two specs with a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    project.write("spec.synth", IMPORTING)
    project.write("other.synth", "synth 1\n\nlet least = 2\n")
    return project


@pytest.mark.parametrize("form", ["text", "concise", "json", "sarif", "github"])
def test_a_second_check_says_the_same(both: Project, form: str) -> None:
    """In every format, with all places, labels and fixes."""
    assert both.run("check", "--format", form).out == both.run("check", "--format", form).out


def test_a_second_check_does_nothing(both: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiler isn't asked again."""
    first = both.run("check")
    monkeypatch.setattr("synthc.compiler.session.Session.analyse", None)

    assert both.run("check").out == first.out


@pytest.mark.parametrize(
    ("file", "text"),
    [("spec.synth", IMPORTING.replace(">=", ">=<")), ("other.synth", "synth 1\n\nlet least = true\n"), ("other.synth", None)],
    ids=["the spec", "an import", "an import is gone"],
)
def test_a_change_is_seen(both: Project, tmp_path: Path, file: str, text: str | None) -> None:
    """Of the spec, and of what it imports."""
    before = both.run("check", "spec.synth").out
    if text is None:
        (tmp_path / file).unlink()
    else:
        both.write(file, text)

    assert both.run("check", "spec.synth").out != before


def test_a_file_that_was_missing_is_seen(both: Project, tmp_path: Path) -> None:
    """What isn't there is part of what was found."""
    (tmp_path / "other.synth").unlink()
    assert "unreadable-file" in both.run("check", "spec.synth").out

    both.write("other.synth", "synth 1\n\nlet least = 2\n")
    assert "unreadable-file" not in both.run("check", "spec.synth").out


def test_a_variable_and_a_param_are_seen(both: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`env(...)` and `--set` are inputs like the text."""
    both.write("spec.synth", IMPORTING.replace(', "web.jsonl")', ")") + "\nparam n: int\n")
    assert "unset-environment" in both.run("check", "spec.synth").out

    monkeypatch.setenv("DATA", "web.jsonl")
    said = both.run("check", "spec.synth").out
    assert "unset-environment" not in said
    assert "unset-param" in said
    assert "unset-param" not in both.run("check", "spec.synth", "--set", "n=3").out


def test_another_synthc_is_seen(both: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Findings of other code are not taken for its own."""
    both.run("check")
    both.write("code.py", "")
    monkeypatch.setattr(kept, "ROOMS", [tmp_path])

    assert kept.kept([Path("other.synth"), Path("spec.synth")], {}) is None


@pytest.mark.parametrize("content", [b"", b"junk", b"{}", b"[1]"])
def test_spoilt_records_are_no_matter(both: Project, tmp_path: Path, content: bytes) -> None:
    """Whatever stands in the file, the check is made."""
    before = both.run("check").out
    for file in (tmp_path / "cache" / "synthc").glob("findings-*"):
        file.write_bytes(content)

    assert both.run("check").out == before


def test_nothing_of_the_compiler_is_imported(both: Project, tmp_path: Path) -> None:
    """That is why it is at once."""
    both.run("check")
    code = "import sys; from synthc.cli.main import main; main(['check']); print([name for name in sys.modules if name.startswith('synthc.compiler') or name == 'pydantic'])"
    root = str(Path(__file__).parents[2])
    for _ in range(2):
        ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True, check=True)

    assert ran.stdout.endswith("[]\n")
