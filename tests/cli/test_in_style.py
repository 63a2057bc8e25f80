"""What `synthc fmt` remembers between runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthc.cli.in_style import InStyle
from tests.cli.project import Project


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Keep what is remembered in a folder of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def remembered(text: str) -> bool:
    """Tell whether the next run knows a text."""
    return text in InStyle()


def test_what_was_formatted_is_remembered(project: Project) -> None:
    """A file is looked at again only when it has changed, and never before it was in style."""
    project.write("spec.synth", "synth 1\nlet   a = 1\n")
    project.run("fmt", "--check")

    assert not remembered("synth 1\nlet   a = 1\n")
    assert remembered("synth 1\nlet a = 1\n")
    assert project.run("fmt", "--check").code == 1


def test_what_is_remembered_is_not_parsed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A known text costs no more than reading it."""
    project.write("spec.synth", "synth 1\nlet a = 1\n")
    project.run("fmt")
    monkeypatch.setattr("synthc.dsl.parse.parse", None)

    assert project.run("fmt", "--check").code == 0


def test_what_does_not_parse_is_said_every_time(project: Project) -> None:
    """A file that is left as it was is not one in style."""
    project.write("spec.synth", "synth 1\nlet a = [\n")

    assert project.run("fmt").err == project.run("fmt").err != ""


def test_without_a_cache_it_works_all_the_same(project: Project, cache: Path) -> None:
    """Where nothing can be written, nothing is remembered."""
    cache.write_text("no folder")
    project.write("spec.synth", "synth 1\nlet   a = 1\n")

    assert project.run("fmt").code == 0
    assert project.run("fmt", "--check").code == 0
